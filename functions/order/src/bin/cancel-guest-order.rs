//! POST /v1/guest-orders/{id}/cancel: whoever has the link to an order does not want it any more, or some pieces of it
//! that are not shipped.

use lambda::http::{self, Json, Outcome, Request};
use order::{GuestOrders, OrderView, Viewer, parts::Cancelled};

async fn cancel_guest_order(
    guests: &'static GuestOrders,
    request: Request<Option<Json<Cancelled>>>,
) -> Outcome<OrderView> {
    let order = guests.opened(&request).await?;
    let asked = request.input.as_ref().map(|Json(asked)| asked);
    let turn = order.cancel_as_asked(asked, request.now)?;
    guests
        .orders
        .turn_for(Viewer::Whole, &order, &turn, request.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(GuestOrders::start, cancel_guest_order)
}
