//! POST /v1/customers/me/second-factor/confirm: a code of the app puts it to use.

use customer::{FactorCode, Factors, RecoveryCodes};
use kernel::Code;
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// What the app shows.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FirstCode {
    /// Six digits.
    code: FactorCode,
}

async fn confirm_second_factor(
    factors: &'static Factors,
    request: Request<Json<FirstCode>>,
) -> Outcome<RecoveryCodes> {
    let (caller, accounts) = (request.caller()?, &factors.accounts);
    let customer = accounts.customer(caller.customer).await?;
    let customer = request.reach(customer, Code::CustomerNotFound)?;
    let both = accounts.session_with_factor((caller.session()?, caller.customer));
    let (session, pending) = both.await?;
    let session = session.filter(|session| !session.is_over(request.now));
    let session = session.ok_or(Code::Unauthenticated)?;

    let (code, intent) = (&request.input.0.code, request.intent());
    let (proof, shown) = factors.confirm(pending, code, intent).await?;
    accounts
        .enable_second_factor(&customer, &session, &proof, intent)
        .await?;
    http::ok(&shown)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Factors::start, confirm_second_factor)
}
