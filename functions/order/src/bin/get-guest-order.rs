//! GET /v1/guest-orders/{id}: shows an order to whoever has the link to it.

use lambda::http::{self, Outcome, Request};
use order::{GuestOrders, OrderView, Viewer};

async fn get_guest_order(guests: &'static GuestOrders, request: Request) -> Outcome<OrderView> {
    let order = guests.opened(&request).await?;
    Ok(http::ok(&order.view(Viewer::Whole))?.version(order.rev))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(GuestOrders::start, get_guest_order)
}
