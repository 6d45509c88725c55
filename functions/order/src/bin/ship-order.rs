//! POST /v1/orders/{id}/ship: a seller has shipped its part of an order.

use kernel::FulfilmentId;
use lambda::http::{self, Json, Outcome, Request};
use order::{OrderView, Orders, Shipment};
use schemars::JsonSchema;
use serde::Deserialize;

/// Which part was shipped. Without it, a seller's own; for an admin, all that are left.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Shipped {
    /// The part.
    fulfilment_id: Option<FulfilmentId>,
}

async fn ship_order(
    orders: &'static Orders,
    request: Request<Option<Json<Shipped>>>,
) -> Outcome<OrderView> {
    let order = orders.reached(&request).await?;
    let seller = request.seller()?;
    let named = request
        .input
        .as_ref()
        .and_then(|Json(part)| part.fulfilment_id);
    let shipment = Shipment {
        seller: (!request.reaches_all()).then_some(seller),
        only: named,
    };
    let turn = order.ship(shipment, request.now)?;
    orders.turn(&order, &turn, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, ship_order)
}
