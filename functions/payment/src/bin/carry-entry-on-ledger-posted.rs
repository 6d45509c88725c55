//! ledger.posted.v1: carries a journal entry to the accounts that it names.

use contracts::events::LedgerPosted;
use kernel::Problem;
use lambda::consume::{self, Event};
use payment::Ledger;

async fn carry_entry(ledger: &'static Ledger, event: Event<LedgerPosted>) -> Result<(), Problem> {
    ledger.carry(&event.data, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Ledger::start, carry_entry)
}
