//! POST /v1/auth/password-resets: someone has forgotten a password, and gets a mail if there is an account.

use customer::{Accounts, EmailAddress};
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// Whose password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Forgotten {
    /// The address of the account.
    email: EmailAddress,
}

async fn request_password_reset(
    accounts: &'static Accounts,
    request: Request<Json<Forgotten>>,
) -> Outcome<()> {
    let Json(Forgotten { email }) = &request.input;
    accounts
        .request_password_reset(email, request.intent(), http::taken_on()?)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, request_password_reset)
}
