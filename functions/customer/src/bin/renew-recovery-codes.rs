//! POST /v1/customers/me/second-factor/recovery-codes: a customer gets new recovery codes, and the old ones end.

use customer::{FactorCode, Factors, RecoveryCodes};
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// What shows that it is the customer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Renewal {
    /// What the app shows, or a recovery code.
    code: FactorCode,
}

async fn renew_recovery_codes(
    factors: &'static Factors,
    request: Request<Json<Renewal>>,
) -> Outcome<RecoveryCodes> {
    let (accounts, intent) = (&factors.accounts, request.intent());
    let enrolment = accounts.enrolment(request.customer()?).await?;
    let code = &request.input.0.code;
    let proof = factors.check(enrolment, code, intent).await?;
    let (proof, shown) = factors.renew(proof, &intent.ids);
    accounts.renew_recovery_codes(&proof, intent).await?;
    http::ok(&shown)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Factors::start, renew_recovery_codes)
}
