//! GET /v1/ledger/accounts/{id}: shows what an account stands at, and what was booked on it.

use kernel::{Code, page::Part};
use lambda::http::{self, Outcome, Query, Request};
use payment::{Ledger, ledger::AccountView};

async fn get_ledger_account(
    ledger: &'static Ledger,
    request: Request<Query<Part>>,
) -> Outcome<AccountView> {
    let Query(part) = &request.input;
    let id = request.path("id", Code::LedgerAccountNotFound)?;
    let account = request.reach(ledger.account(id).await?, Code::LedgerAccountNotFound)?;
    let cursors = request.platform.cursors()?;
    let from = (&cursors, part.cursor.as_deref());
    let lines = ledger.lines(id, part.limit, from).await?;
    http::ok(&account.view(lines)?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Ledger::start, get_ledger_account)
}
