//! Every minute: looks at journal entries and accounts that are due, whether each follows from the other; tells again
//! what was lost, and flags what contradicts.

use kernel::Problem;
use lambda::schedule::{self, Tick};
use payment::Books;

async fn reconcile_ledger(books: &'static Books, tick: Tick) -> Result<(), Problem> {
    let due = books.due(tick.now).await?;
    let inspected = tick.inspect("ledger_discrepancies", due, |inspection, step| async move {
        books.inspect(&inspection, &step).await
    });
    inspected.await
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Books::start, reconcile_ledger)
}
