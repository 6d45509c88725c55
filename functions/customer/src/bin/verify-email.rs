//! POST /v1/auth/email-verifications: whoever reads the mail to an account's address shows it.

use contracts::{Actor, one_time::Purpose};
use customer::Links;
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// What was mailed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Mailed {
    /// The token of the link, behind its `#token=`.
    token: String,
}

async fn verify_email(links: &'static Links, request: Request<Json<Mailed>>) -> Outcome<()> {
    let Json(Mailed { token }) = &request.input;
    let redeemed = links.redeem(token, Purpose::VerifyEmail, &request).await?;

    let intent = request.intent_of(Actor::customer(redeemed.customer.customer_id));
    links
        .accounts
        .verify_email(&redeemed, &intent, http::no_content()?)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Links::start, verify_email)
}
