//! POST /v1/staff-invitations/accept: whoever got the mail becomes a seller's staff.

use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use seller::{MemberView, Tokens};
use serde::Deserialize;

/// The proof of having got the mail; the account's address need not be the invited one.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Acceptance {
    /// What the link has behind `#token=`.
    token: String,
}

async fn accept_invitation(
    tokens: &'static Tokens,
    request: Request<Json<Acceptance>>,
) -> Outcome<MemberView> {
    let token = tokens.read(&request.input.0.token)?;
    tokens.sellers.accept(&token, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Tokens::start, accept_invitation)
}
