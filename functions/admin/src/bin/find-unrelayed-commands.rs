//! Every five minutes: looks for commands that no relay has seen, and flags each.

use admin::Outboxes;
use kernel::Problem;
use lambda::schedule::{self, Tick};

async fn find_unrelayed_commands(outboxes: &'static Outboxes, tick: Tick) -> Result<(), Problem> {
    let mut outcome = Ok(());
    for log in outboxes.logs() {
        // A service that cannot be looked at keeps no other from it.
        let found = outboxes.unrelayed(log, tick.now).await;
        if let Ok(number @ 1..) = found {
            tick.platform.count("commands_unrelayed", number);
        }
        outcome = found.map(drop).and(outcome);
    }
    outcome
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Outboxes::start, find_unrelayed_commands)
}
