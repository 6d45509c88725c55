//! POST /v1/customers/{id}/impersonation: an admin sees the marketplace as a customer does, for ten minutes.

use customer::{AccessToken, ImpersonationReason, SignIn};
use kernel::{Code, SessionId};
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// Why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Impersonate {
    /// In words, for other admins; the customer sees that it was done, and not why.
    reason: ImpersonationReason,
}

async fn impersonate_customer(
    desk: &'static SignIn,
    request: Request<Json<Impersonate>>,
) -> Outcome<AccessToken> {
    let (caller, Json(Impersonate { reason })) = (request.caller()?, &request.input);
    let id = request.path("id", Code::CustomerNotFound)?;
    let found = desk.accounts.customer(id).await?;
    let customer = request.reach(found, Code::CustomerNotFound)?;
    customer.may_be_impersonated(&caller.powers)?;

    let session: SessionId = request.platform.ids.fresh(request.now);
    let token = desk.impersonation_token(&customer, session, caller, request.now)?;
    let (why, intent) = ((caller.customer, reason), request.intent());
    desk.accounts.impersonate(id, session, why, intent).await?;
    http::ok(&token)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(SignIn::start, impersonate_customer)
}
