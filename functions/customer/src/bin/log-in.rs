//! POST /v1/auth/login: a customer logs in with e-mail and password.

use contracts::Actor;
use customer::{EmailAddress, Password, Session, SignIn, Tokens};
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// Who says to be whom.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LogIn {
    /// The address of the account.
    email: EmailAddress,
    /// Its password.
    password: Password,
}

async fn log_in(desk: &'static SignIn, request: Request<Json<LogIn>>) -> Outcome<Tokens> {
    let Json(sent) = &request.input;
    let customer = desk
        .accounts
        .authenticate(&sent.email, &sent.password)
        .await?;

    let (id, ids) = (customer.customer_id, &request.platform.ids);
    let (session, token) = Session::begin(id, request.now, desk.lifetime, ids);
    let tokens = desk.tokens(&customer, &session, &token, request.now)?;

    let intent = request.intent_of(Actor::customer(id));
    desk.accounts.begin_session(&session, &intent).await?;
    http::ok(&tokens)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(SignIn::start, log_in)
}
