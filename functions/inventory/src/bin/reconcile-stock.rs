//! Every minute: holds the ledgers that have moved against the stock, and flags what differs, once a revision.

use inventory::{Shelves, Verdict};
use kernel::Problem;
use lambda::schedule::{self, Tick};

async fn reconcile_stock(shelves: &'static Shelves, tick: Tick) -> Result<(), Problem> {
    for check in shelves.unchecked().await? {
        if check.verdict() == Verdict::Differs {
            tick.platform.count("stock_discrepancies", 1);
        }
        shelves.conclude(&check, &tick.step(check.name())).await?;
    }
    Ok(())
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Shelves::start, reconcile_stock)
}
