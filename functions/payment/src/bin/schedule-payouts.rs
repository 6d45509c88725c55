//! Every day: has every seller paid out that is owed something, each by a message of its own.

use kernel::Problem;
use lambda::schedule::{self, Tick};
use payment::payout::run::PayoutRun;

async fn schedule_payouts(run: &'static PayoutRun, tick: Tick) -> Result<(), Problem> {
    run.begin(tick.now).await
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(PayoutRun::start, schedule_payouts)
}
