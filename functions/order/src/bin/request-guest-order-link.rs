//! POST /v1/guest-orders/links: someone has lost the link to an order, and gets a mail if the order is theirs.

use kernel::{EmailAddress, OrderId};
use lambda::http::{self, Json, Outcome, Request};
use order::Orders;
use schemars::JsonSchema;
use serde::Deserialize;

/// Which order.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Lost {
    /// The order's id, which every mail about it has.
    order_id: OrderId,
    /// The address that it was placed with.
    email: EmailAddress,
}

async fn request_guest_order_link(
    orders: &'static Orders,
    request: Request<Json<Lost>>,
) -> Outcome<()> {
    let Json(Lost { order_id, email }) = &request.input;
    orders
        .request_link(*order_id, email, request.intent(), http::taken_on()?)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, request_guest_order_link)
}
