//! POST /v1/auth/logout: a customer ends the session of the access token.

use customer::{Accounts, End};
use lambda::http::{self, Outcome, Request};

async fn log_out(accounts: &'static Accounts, request: Request) -> Outcome<()> {
    let caller = request.caller()?;
    let session = accounts.session(caller.session()?).await?;
    // Whoever logs out twice is logged out.
    match session.filter(|session| !session.is_over(request.now)) {
        Some(session) => {
            let reply = http::no_content()?;
            accounts
                .end_session(&session, End::LoggedOut, request.intent(), reply)
                .await
        }
        None => http::no_content(),
    }
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, log_out)
}
