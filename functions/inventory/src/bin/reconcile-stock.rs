//! Every minute: holds the ledgers that have moved against the stock, and flags what differs, once a revision; looks again
//! at some of those that have not.

use inventory::{Shelves, Verdict};
use kernel::Problem;
use lambda::schedule::{self, Tick};

async fn reconcile_stock(shelves: &'static Shelves, tick: Tick) -> Result<(), Problem> {
    let flag = || tick.platform.count("stock_discrepancies", 1);
    let mut outcome = Ok(());
    for inspection in shelves.stock_due(tick.now).await? {
        let step = tick.step(inspection.name());
        // One that fails must not keep the others waiting.
        let inspected = shelves.inspect_stock(&inspection, &step).await;
        if matches!(inspected, Ok(true)) {
            flag();
        }
        outcome = inspected.map(drop).and(outcome);
    }
    for check in shelves.unchecked().await? {
        if check.verdict() == Verdict::Differs {
            flag();
        }
        shelves.conclude(&check, &tick.step(check.name())).await?;
    }
    outcome
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Shelves::start, reconcile_stock)
}
