//! DELETE /v1/customers/me/second-factor: a customer logs in with the password alone again.

use customer::{FactorCode, Factors};
use kernel::Code;
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// What shows that it is the customer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Removal {
    /// What the app shows, or a recovery code.
    code: FactorCode,
}

async fn disable_second_factor(
    factors: &'static Factors,
    request: Request<Json<Removal>>,
) -> Outcome<()> {
    let (accounts, intent) = (&factors.accounts, request.intent());
    let found = accounts.customer_with_factor(request.customer()?).await?;
    let customer = request.reach(found.0, Code::CustomerNotFound)?;
    let code = &request.input.0.code;
    let proof = factors.check(found.1, code, intent).await?;

    let reply = http::no_content()?;
    accounts
        .disable_second_factor(&customer, &proof, intent, reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Factors::start, disable_second_factor)
}
