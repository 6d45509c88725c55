//! POST /v1/admin/invitations/accept: whoever was invited becomes an admin.

use customer::{Links, Profile};
use lambda::http::{Json, Outcome, Request, serve};
use schemars::JsonSchema;
use serde::Deserialize;

/// The proof of having got the mail.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AdminAcceptance {
    /// What the link has behind `#token=`.
    token: String,
}

async fn accept_admin_invitation(
    links: &'static Links,
    request: Request<Json<AdminAcceptance>>,
) -> Outcome<Profile> {
    let token = links.admin_invitation(&request.input.0.token)?;
    links
        .accounts
        .accept_admin_invitation(&token, &request)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    serve(Links::start, accept_admin_invitation)
}
