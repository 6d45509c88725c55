//! GET /v1/guest-orders/{id}/timeline: what has happened to an order, for whoever has the link to it.

use lambda::http::{self, Outcome, Request};
use order::{
    GuestOrders,
    timeline::{Reader, Timeline},
};

async fn get_guest_order_timeline(
    guests: &'static GuestOrders,
    request: Request,
) -> Outcome<Timeline> {
    let order = guests.opened(&request).await?;
    Ok(http::ok(&order.timeline(Reader::Customer))?.version(order.rev))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(GuestOrders::start, get_guest_order_timeline)
}
