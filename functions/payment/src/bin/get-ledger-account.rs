//! GET /v1/ledger/accounts/{id}: shows what an account stands at, and what was booked on it.

use kernel::{Code, page::Limit};
use lambda::http::{self, Outcome, Query, Request};
use payment::{Ledger, ledger::AccountView};
use schemars::JsonSchema;
use serde::Deserialize;

/// Which of what was booked.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// How many at most: 1 to 100, 20 unless told.
    #[serde(default)]
    limit: Limit,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn get_ledger_account(
    ledger: &'static Ledger,
    request: Request<Query<Filter>>,
) -> Outcome<AccountView> {
    let Query(filter) = &request.input;
    let id = request.path("id", Code::LedgerAccountNotFound)?;
    let account = request.reach(ledger.account(id).await?, Code::LedgerAccountNotFound)?;
    let cursors = request.platform.cursors()?;
    let from = (&cursors, filter.cursor.as_deref());
    let lines = ledger.lines(id, filter.limit, from).await?;
    http::ok(&account.view(lines)?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Ledger::start, get_ledger_account)
}
