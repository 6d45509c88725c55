//! PUT /v1/customers/me/password: a customer takes another password, and all other sessions end.

use customer::{Accounts, NewPassword, Password};
use kernel::{Code, Problem};
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// The old password and the new one.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ChangedPassword {
    /// What the account has: an access token alone must not be enough to take it over.
    current_password: Password,
    /// What it gets.
    new_password: NewPassword,
}

async fn change_own_password(
    accounts: &'static Accounts,
    request: Request<Json<ChangedPassword>>,
) -> Outcome<()> {
    let (caller, Json(sent)) = (request.caller()?, &request.input);
    let customer = accounts.customer(caller.customer).await?;
    let customer = request.reach(customer, Code::CustomerNotFound)?;
    let unfit = |error| Problem::invalid("/new_password", error);
    sent.new_password
        .apart_from(customer.email.expose())
        .map_err(unfit)?;

    let (intent, place) = (request.intent(), "/current_password");
    let shown = &sent.current_password;
    let confirmed = accounts.confirm(&customer, shown, place, &request).await?;

    let salt = request.platform.ids.bytes();
    let next = confirmed
        .credential
        .with_password(sent.new_password.hash(salt)?);
    let (next, reply) = ((&next, caller.session()?), http::no_content()?);
    accounts
        .change_password(&customer, &confirmed, next, intent, reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, change_own_password)
}
