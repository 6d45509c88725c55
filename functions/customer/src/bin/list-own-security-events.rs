//! GET /v1/customers/me/security-events: a customer sees what has happened to the account.

use customer::{Accounts, SecurityEventView};
use kernel::{Page, page::Limit};
use lambda::http::{self, Outcome, Query, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// Which part of the list.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    /// How many at most: 1 to 100, 20 unless told.
    #[serde(default)]
    limit: Limit,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn list_own_security_events(
    accounts: &'static Accounts,
    request: Request<Query<Part>>,
) -> Outcome<Page<SecurityEventView>> {
    let (customer, Query(part)) = (request.customer()?, &request.input);
    let cursors = request.platform.cursors()?;
    let from = (&cursors, part.cursor.as_deref());
    let page = accounts.security_events(customer, part.limit, from).await?;
    http::ok(&page.map(|event| event.view()))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, list_own_security_events)
}
