//! POST /v1/auth/login: a customer logs in with e-mail and password, and with a code where the account has one.

use contracts::Actor;
use customer::{
    EmailAddress, FactorCode, LogIn, Password, Session, StrongSignIn, Tokens, device_of,
};
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
    /// What the app shows, or a recovery code: asked for, once the password is right, by accounts that have a
    /// second factor.
    code: Option<FactorCode>,
}

async fn log_in(
    door: &'static StrongSignIn,
    request: Request<Json<Credentials>>,
) -> Outcome<Tokens> {
    let (Json(sent), desk, now) = (&request.input, &door.desk, request.now);
    let accounts = &desk.accounts;
    let (email, ids) = (&sent.email, &request.platform.ids);
    let from = desk.devices.origin(email, sent.device_token.as_deref());
    let known = accounts
        .authenticate(email, &sent.password, &from, request.intent())
        .await?;
    let proof = known.prove(sent.code.as_ref(), &door.factors.vault, now)?;

    let id = known.customer.customer_id;
    let log_in = LogIn::of(&known, device_of(&request));
    let (session, token) = Session::begin(log_in, now, desk.lifetime, ids);
    let session = session.proven_by(proof.as_ref(), now);
    let tokens = Tokens {
        device_token: Some(desk.devices.token(email, &from, ids)),
        ..desk.tokens(&known.customer, &session, &token, now)?
    };

    let rehashed = known.credential.rehashed(&sent.password, || ids.bytes())?;
    let intent = request.intent_of(Actor::customer(id));
    accounts
        .begin_session(&session, &known, rehashed.as_ref(), proof.as_ref(), &intent)
        .await?;
    http::ok(&tokens)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(StrongSignIn::start, log_in)
}
