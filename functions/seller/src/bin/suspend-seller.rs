//! POST /v1/sellers/{id}/suspend: an admin takes a seller out of the shop; what was ordered it still ships.

use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use seller::{Reason, SellerView, Sellers, Step};
use serde::Deserialize;

/// Why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Suspension {
    /// In words; the seller sees it.
    reason: Reason,
}

async fn suspend_seller(
    sellers: &'static Sellers,
    request: Request<Json<Suspension>>,
) -> Outcome<SellerView> {
    let seller = sellers.reached(&request).await?;
    let reason = Some(request.input.0.reason.clone());
    sellers.turn(&seller, Step::Suspend, reason, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Sellers::start, suspend_seller)
}
