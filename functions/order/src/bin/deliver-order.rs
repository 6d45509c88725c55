//! POST /v1/orders/{id}/deliver: a seller has seen a parcel arrive, or all that are on their way.

use kernel::{FulfilmentId, ShipmentId};
use lambda::http::{self, Json, Outcome, Request};
use order::{OrderView, Orders};
use schemars::JsonSchema;
use serde::Deserialize;

/// What has arrived. Without it, all that is on its way: of a seller's own part; for an admin, of all parts.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arrived {
    /// Only of this part.
    fulfilment_id: Option<FulfilmentId>,
    /// Only this parcel.
    shipment_id: Option<ShipmentId>,
}

async fn deliver_order(
    orders: &'static Orders,
    mut request: Request<Option<Json<Arrived>>>,
) -> Outcome<OrderView> {
    let order = orders.reached(&request).await?;
    let Json(arrived) = request.input.take().unwrap_or_default();
    let parts = Orders::parts(&request, arrived.fulfilment_id)?;
    let turn = order.deliver(parts, arrived.shipment_id, request.now)?;
    orders.turn(&order, &turn, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, deliver_order)
}
