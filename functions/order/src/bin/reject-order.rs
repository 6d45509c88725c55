//! POST /v1/orders/{id}/reject: a seller says that it will not ship its part of an order, and why.

use kernel::{FulfilmentId, Line};
use lambda::http::{self, Json, Outcome, Request};
use order::{OrderView, Orders};
use schemars::JsonSchema;
use serde::Deserialize;

/// Which part, and why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Rejected {
    /// The part. Without it, a seller's own; for an admin, all that are untouched.
    fulfilment_id: Option<FulfilmentId>,
    /// What the customer is told.
    reason: Line<1, 200>,
}

async fn reject_order(
    orders: &'static Orders,
    request: Request<Json<Rejected>>,
) -> Outcome<OrderView> {
    let order = orders.reached(&request).await?;
    let Json(rejected) = &request.input;
    let parts = Orders::parts(&request, rejected.fulfilment_id)?;
    let turn = order.reject(parts, &rejected.reason, request.now)?;
    orders.turn(&order, &turn, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, reject_order)
}
