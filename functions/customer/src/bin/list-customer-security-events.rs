//! GET /v1/customers/{id}/security-events: an admin sees what has happened to an account.

use customer::{Accounts, SecurityEventRecord};
use kernel::{Code, Page, page::Part};
use lambda::http::{self, Outcome, Query, Request};

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
