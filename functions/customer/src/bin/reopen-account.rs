//! POST /v1/auth/account-reopenings: whoever got the mail keeps an account that is about to be closed.

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

async fn reopen_account(links: &'static Links, request: Request<Json<Mailed>>) -> Outcome<()> {
    let Json(Mailed { token }) = &request.input;
    let redeemed = links.redeem(token, Purpose::ReopenAccount, &request);
    let redeemed = redeemed.await?;

    let intent = request.intent_of(Actor::customer(redeemed.customer.customer_id));
    links
        .accounts
        .reopen(&redeemed, &intent, http::no_content()?)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Links::start, reopen_account)
}
