//! POST /v1/sellers/{id}/reject: an admin does not let an applicant sell, who may apply again.

use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use seller::{Reason, SellerView, Sellers, Step};
use serde::Deserialize;

/// Why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Rejection {
    /// In words; the seller sees it.
    reason: Reason,
}

async fn reject_seller(
    sellers: &'static Sellers,
    request: Request<Json<Rejection>>,
) -> Outcome<SellerView> {
    let seller = sellers.reached(&request).await?;
    let reason = Some(request.input.0.reason.clone());
    sellers.turn(&seller, Step::Reject, reason, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Sellers::start, reject_seller)
}
