//! POST /v1/auth/login: a customer logs in with e-mail and password.

use contracts::Actor;
use customer::{Credential, EmailAddress, LogIn, Password, Session, SignIn, Tokens, device_of};
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// Who says to be whom.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    /// The address of the account.
    email: EmailAddress,
    /// Its password.
    password: Password,
    /// What this device got at an earlier log-in, if there was one.
    device_token: Option<String>,
}

async fn log_in(desk: &'static SignIn, request: Request<Json<Credentials>>) -> Outcome<Tokens> {
    let Json(sent) = &request.input;
    let (email, ids) = (&sent.email, &request.platform.ids);
    let from = desk.devices.origin(email, sent.device_token.as_deref());
    let known = desk
        .accounts
        .authenticate(email, &sent.password, &from, request.intent())
        .await?;

    let id = known.customer.customer_id;
    let log_in = LogIn {
        customer_id: id,
        credential_rev: Credential::generation(&known.credential),
        device: device_of(&request),
    };
    let (session, token) = Session::begin(log_in, request.now, desk.lifetime, ids);
    let tokens = Tokens {
        device_token: Some(desk.devices.token(email, &from, ids)),
        ..desk.tokens(&known.customer, &session, &token, request.now)?
    };

    let rehashed = known.credential.rehashed(&sent.password, || ids.bytes())?;
    let intent = request.intent_of(Actor::customer(id));
    desk.accounts
        .begin_session(&session, &known, rehashed.as_ref(), &intent)
        .await?;
    http::ok(&tokens)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(SignIn::start, log_in)
}
