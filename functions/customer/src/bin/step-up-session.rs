//! POST /v1/auth/step-up: a customer shows the second factor once more, for what asks for it.

use customer::{AccessToken, FactorCode, StrongSignIn};
use kernel::Code;
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// What shows that it is still the customer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StepUp {
    /// What the app shows, or a recovery code.
    code: FactorCode,
}

async fn step_up_session(
    door: &'static StrongSignIn,
    request: Request<Json<StepUp>>,
) -> Outcome<AccessToken> {
    let (caller, accounts) = (request.caller()?, &door.desk.accounts);
    let customer = accounts.active(caller.customer).await?;
    let customer = customer.ok_or(Code::Unauthenticated)?;
    let both = accounts.session_with_factor((caller.session()?, caller.customer));
    let (session, enrolment) = both.await?;
    // The access token may have minutes left of a session that has ended.
    let session = session.filter(|it| !it.is_over(request.now) && !customer.has_outgrown(it));
    let session = session.ok_or(Code::Unauthenticated)?;

    let (code, intent) = (&request.input.0.code, request.intent());
    let proof = door.factors.check(enrolment, code, intent).await?;
    let next = session.with_second_factor(request.now);
    accounts.step_up(&session, &next, &proof, intent).await?;
    http::ok(&door.desk.access_token(&customer, &next, request.now)?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(StrongSignIn::start, step_up_session)
}
