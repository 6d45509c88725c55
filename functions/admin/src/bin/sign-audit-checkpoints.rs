//! Every five minutes: signs where each audit log ends, so that whoever cuts one or writes it anew is found.

use admin::Checkpoints;
use kernel::Problem;
use lambda::schedule::{self, Tick};

async fn sign_audit_checkpoints(
    checkpoints: &'static Checkpoints,
    tick: Tick,
) -> Result<(), Problem> {
    let mut outcome = Ok(());
    // One log that is not as it should be keeps no other from being signed.
    for log in checkpoints.logs() {
        outcome = outcome.and(checkpoints.sign(log, tick.now).await);
    }
    outcome
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Checkpoints::start, sign_audit_checkpoints)
}
