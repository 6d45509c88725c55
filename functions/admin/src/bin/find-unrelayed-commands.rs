//! Every five minutes: looks for commands that no relay has seen, and flags each.

use admin::Outboxes;
use kernel::Problem;
use lambda::schedule::{self, Tick};

async fn find_unrelayed_commands(outboxes: &'static Outboxes, tick: Tick) -> Result<(), Problem> {
    let tick = &tick;
    let found = schedule::each(outboxes.logs(), |log| async move {
        let number = outboxes.unrelayed(log, tick.now).await?;
        if number > 0 {
            tick.platform.count("commands_unrelayed", number);
        }
        Ok(())
    });
    found.await
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Outboxes::start, find_unrelayed_commands)
}
