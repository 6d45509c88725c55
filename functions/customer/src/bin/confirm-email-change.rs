//! POST /v1/auth/email-changes: whoever reads the mail to an account's new address shows it, and it takes effect.

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

async fn confirm_email_change(
    links: &'static Links,
    request: Request<Json<Mailed>>,
) -> Outcome<()> {
    let Json(Mailed { token }) = &request.input;
    let redeemed = links.redeem(token, Purpose::ChangeEmail, &request).await?;

    let intent = request.intent_of(Actor::customer(redeemed.customer.customer_id));
    links
        .accounts
        .change_email(&redeemed, &intent, http::no_content()?)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Links::start, confirm_email_change)
}
