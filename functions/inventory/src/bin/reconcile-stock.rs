//! Every minute: holds the ledgers that have moved against the stock, and flags what differs, once a revision; looks again
//! at some of those that have not.

use inventory::{Shelves, Verdict};
use kernel::Problem;
use lambda::schedule::{self, Tick};

const DISCREPANCIES: &str = "stock_discrepancies";

async fn reconcile_stock(shelves: &'static Shelves, tick: Tick) -> Result<(), Problem> {
    let due = shelves.stock_due(tick.now).await?;
    let inspected = tick.inspect(DISCREPANCIES, due, |inspection, step| async move {
        shelves.inspect_stock(&inspection, &step).await
    });
    let inspected = inspected.await;
    let tick = &tick;
    let checked = schedule::each(shelves.unchecked().await?, |check| async move {
        if check.verdict() == Verdict::Differs {
            tick.platform.count(DISCREPANCIES, 1);
        }
        shelves.conclude(&check, &tick.step(check.name())).await
    });
    checked.await.and(inspected)
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Shelves::start, reconcile_stock)
}
