//! PUT /v1/customers/me/password: a customer takes another password, and all other sessions end.

use customer::{Accounts, NewPassword, Origin, Password};
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

    // Whoever has a stolen access token guesses no faster than whoever has none.
    let (email, intent) = (customer.email.expose(), request.intent());
    let tried = accounts.count_guess(email, &Origin::LoggedIn, intent);
    let (credential, guesses) = tried.await?;
    let credential = credential.ok_or_else(|| Problem::internal("an account has no credential"))?;
    if !sent.current_password.matches(Some(&credential.password))? {
        return Err(Problem::invalid(
            "/current_password",
            "it is not the password of the account",
        ));
    }

    let salt = request.platform.ids.bytes();
    let next = credential.with_password(sent.new_password.hash(salt)?);
    let (passwords, session) = ((&credential, &next), caller.session);
    let reply = http::no_content()?;
    accounts
        .change_password(&customer, passwords, &guesses, session, intent, reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, change_own_password)
}
