//! What is done when others change the same things at the same moment.

use std::time::Duration;

use dynamo::Pending;
use kernel::Problem;

use crate::platform::Platform;

/// How often something is decided, and how long it waits at most before it is decided anew: 20, 40, 80, … ms.
const TRIES: u32 = 6;
const FIRST_WAIT: u64 = 10;

/// Runs what decides on what it reads: again, on fresh reads, as long as others change the same things.
pub(crate) async fn decide<R>(
    platform: &Platform,
    run: &(dyn Fn() -> Pending<'static, Result<R, Problem>> + Send + Sync),
) -> Result<R, Problem> {
    let mut tried = 0;
    loop {
        let outcome = run().await;
        tried += 1;
        match outcome {
            Err(problem) if problem.is_contention() && tried < TRIES => {
                tokio::time::sleep(jitter(platform, FIRST_WAIT << tried)).await;
            }
            outcome => return outcome,
        }
    }
}

/// Somewhere between half and all of `millis`: who waits together should not come back together.
pub(crate) fn jitter(platform: &Platform, millis: u64) -> Duration {
    let random = u64::from(u16::from_le_bytes(platform.ids.bytes()));
    Duration::from_millis(millis / 2 + random * (millis / 2 + 1) / 65_536)
}
