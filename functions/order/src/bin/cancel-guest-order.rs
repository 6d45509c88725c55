//! POST /v1/guest-orders/{id}/cancel: whoever has the link to an order does not want it any more, and nothing of it
//! is shipped.

use lambda::http::{self, Outcome, Request};
use order::{GuestOrders, OrderView, Viewer};

async fn cancel_guest_order(guests: &'static GuestOrders, request: Request) -> Outcome<OrderView> {
    let order = guests.opened(&request).await?;
    let turn = order.cancel(request.now)?;
    guests
        .orders
        .turn_for(Viewer::Whole, &order, &turn, request.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(GuestOrders::start, cancel_guest_order)
}
