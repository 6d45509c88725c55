//! GET /v1/customers/{id}/security-events: an admin sees what has happened to an account.

use customer::{Accounts, SecurityEventRecord};
use kernel::{Code, Page, page::Limit};
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

async fn list_customer_security_events(
    accounts: &'static Accounts,
    request: Request<Query<Part>>,
) -> Outcome<Page<SecurityEventRecord>> {
    let id = request.path("id", Code::CustomerNotFound)?;
    request.reach(accounts.customer(id).await?, Code::CustomerNotFound)?;

    let Query(part) = &request.input;
    let cursors = request.platform.cursors()?;
    let from = (&cursors, part.cursor.as_deref());
    let page = accounts.security_events(id, part.limit, from).await?;
    http::ok(&page.map(|event| event.record()))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, list_customer_security_events)
}
