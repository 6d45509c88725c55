//! GET /v1/customers/me/security-events: a customer sees what has happened to the account.

use customer::{Accounts, SecurityEventView};
use kernel::{Page, page::Part};
use lambda::http::{self, Outcome, Query, Request};

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
