//! POST /v1/sellers/{id}/business/reject: its reviewer finds something wrong with a business.

use business::{BusinessView, Businesses, Reasons};
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// What is wrong.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Reject {
    /// One reason or more; the seller sees them.
    reasons: Reasons,
}

async fn reject_business(
    businesses: &'static Businesses,
    request: Request<Json<Reject>>,
) -> Outcome<BusinessView> {
    let Json(Reject { reasons }) = &request.input;
    let business = businesses.reached(&request).await?;
    let turn = business.reject(request.customer()?, reasons.to_vec(), request.now)?;
    businesses
        .turn(&business, &turn, "business.reject", request.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Businesses::start, reject_business)
}
