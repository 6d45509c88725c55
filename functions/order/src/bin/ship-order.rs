//! POST /v1/orders/{id}/ship: a seller has shipped its part of an order, or some pieces of it.

use kernel::FulfilmentId;
use lambda::http::{self, Json, Outcome, Request};
use order::{Carriage, OrderView, Orders, Pieces};
use schemars::JsonSchema;
use serde::Deserialize;

/// What was shipped, each part in one parcel. Without it, all that is left: of a seller's own part; for an admin, of
/// all parts.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Shipped {
    /// Only of this part.
    fulfilment_id: Option<FulfilmentId>,
    /// Only these pieces.
    #[schemars(length(min = 1, max = 50))]
    lines: Option<Vec<Pieces>>,
    /// Who carries it.
    carrier: Option<kernel::Line<1, 60>>,
    /// The number that the carrier knows the parcel by.
    tracking_number: Option<kernel::Line<1, 60>>,
}

async fn ship_order(
    orders: &'static Orders,
    mut request: Request<Option<Json<Shipped>>>,
) -> Outcome<OrderView> {
    let order = orders.reached(&request).await?;
    let Json(shipped) = request.input.take().unwrap_or_default();
    let parts = Orders::parts(&request, shipped.fulfilment_id)?;
    let carriage = Carriage {
        carrier: shipped.carrier,
        tracking_number: shipped.tracking_number,
    };

    let stamp = (&request.platform.ids, request.now);
    let turn = order.ship(parts, shipped.lines.as_deref(), &carriage, stamp)?;
    orders.turn(&order, &turn, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, ship_order)
}
