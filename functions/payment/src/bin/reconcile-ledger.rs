//! Every minute: looks at journal entries and accounts that are due, whether each follows from the other; tells again
//! what was lost, and flags what contradicts.

use kernel::Problem;
use lambda::schedule::{self, Tick};
use payment::Books;

async fn reconcile_ledger(books: &'static Books, tick: Tick) -> Result<(), Problem> {
    let mut outcome = Ok(());
    for inspection in books.due(tick.now).await? {
        let step = tick.step(inspection.name());
        // One that fails must not keep the others waiting.
        let inspected = books.inspect(&inspection, &step).await;
        if matches!(inspected, Ok(true)) {
            tick.platform.count("ledger_discrepancies", 1);
        }
        outcome = inspected.map(drop).and(outcome);
    }
    outcome
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Books::start, reconcile_ledger)
}
