//! GET /v1/customers/me/sessions: a customer sees where the account is logged in.

use customer::{Accounts, SessionView};
use kernel::{Code, Page, page::Part};
use lambda::http::{self, Outcome, Query, Request};

async fn list_own_sessions(
    accounts: &'static Accounts,
    request: Request<Query<Part>>,
) -> Outcome<Page<SessionView>> {
    let (caller, Query(part)) = (request.caller()?, &request.input);
    let customer = accounts.customer(caller.customer).await?;
    let customer = request.reach(customer, Code::CustomerNotFound)?;

    let cursors = request.platform.cursors()?;
    let from = (&cursors, part.cursor.as_deref());
    let mut page = accounts.sessions(&customer, part.limit, from).await?;
    // What is over but not cleaned up yet, and what an older password began.
    let goes_on = |session: &_| !customer.has_outgrown(session);
    page.data
        .retain(|session| goes_on(session) && !session.is_over(request.now));
    let own = caller.session()?;
    http::ok(&page.map(|session| session.view(session.updated_at, own)))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, list_own_sessions)
}
