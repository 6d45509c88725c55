//! POST /v1/auth/password-resets/confirm: whoever got the mail takes another password, and all sessions end.

use contracts::{Actor, one_time::Purpose};
use customer::{Links, NewPassword};
use kernel::Problem;
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// What was mailed, and what the account gets.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Reset {
    /// The token of the link, behind its `#token=`.
    token: String,
    /// A new password.
    password: NewPassword,
}

async fn reset_password(links: &'static Links, request: Request<Json<Reset>>) -> Outcome<()> {
    let (accounts, Json(sent)) = (&links.accounts, &request.input);
    let redeemed = links.redeem(&sent.token, Purpose::ResetPassword, &request);
    let redeemed = redeemed.await?;
    let customer = &redeemed.customer;
    let unfit = |error| Problem::invalid("/password", error);
    sent.password
        .apart_from(customer.email.expose())
        .map_err(unfit)?;

    let (credential, guesses) = accounts.credential(customer).await?;
    let salt = request.platform.ids.bytes();
    let next = credential.with_password(sent.password.hash(salt)?);

    let (passwords, guesses) = ((&credential, &next), guesses.as_ref());
    let intent = request.intent_of(Actor::customer(customer.customer_id));
    accounts
        .reset_password(&redeemed, passwords, guesses, &intent, http::no_content()?)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Links::start, reset_password)
}
