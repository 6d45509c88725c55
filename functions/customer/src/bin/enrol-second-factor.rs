//! POST /v1/customers/me/second-factor: a customer sets up an authenticator app.

use customer::{Enrolment, Factors, Origin, Password, TotpSecret};
use kernel::{Code, Problem};
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who wants it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewFactor {
    /// The account's: an access token alone must not be enough to lock its owner out.
    password: Password,
}

/// What the app is told. It is shown once, and asked for by no log-in before a code has confirmed it.
#[derive(Serialize, JsonSchema)]
struct PendingFactor {
    /// To type into the app (base32).
    secret: String,
    /// The same to be shown as a picture (QR code).
    otpauth_uri: String,
}

async fn enrol_second_factor(
    factors: &'static Factors,
    request: Request<Json<NewFactor>>,
) -> Outcome<PendingFactor> {
    let (accounts, intent) = (&factors.accounts, request.intent());
    let found = accounts.customer_with_factor(request.customer()?).await?;
    let (customer, before) = (request.reach(found.0, Code::CustomerNotFound)?, found.1);
    if before.as_ref().is_some_and(|it| it.is_in_use()) {
        return Err(Code::SecondFactorEnrolled.into());
    }
    let email = customer.email.expose();
    let counted = accounts.count_guess(email, &Origin::LoggedIn, intent);
    let (credential, guesses) = counted.await?;
    let known = credential.as_ref().map(|known| &known.password);
    if !request.input.0.password.matches(known)? {
        let wrong = "it is not the password of the account";
        return Err(Problem::invalid("/password", wrong));
    }

    let (ids, vault, id) = (&intent.ids, &factors.vault, customer.customer_id);
    let secret = TotpSecret::fresh(ids);
    let pending = Enrolment::begin(id, &secret, vault, ids, request.now)?;
    let shown = PendingFactor {
        secret: secret.base32(),
        otpauth_uri: secret.uri(&factors.issuer, email.as_str()),
    };
    accounts
        .enrol(before.as_ref(), &pending, &guesses, intent)
        .await?;
    http::created("/v1/customers/me/second-factor", &shown)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Factors::start, enrol_second_factor)
}
