//! DELETE /v1/customers/me/sessions/{id}: a customer logs out a device that is not at hand.

use customer::{Accounts, End};
use kernel::Code;
use lambda::http::{self, Outcome, Request};

async fn revoke_own_session(accounts: &'static Accounts, request: Request) -> Outcome<()> {
    let missing = Code::SessionNotFound;
    let session = accounts.session(request.path("id", missing)?).await?;
    let session = session.filter(|session| !session.is_over(request.now));
    let session = request.reach(session, missing)?;

    let reply = http::no_content()?;
    accounts
        .end_session(&session, End::Revoked, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, revoke_own_session)
}
