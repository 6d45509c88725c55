//! GET /v1/orders/{id}/timeline: shows what has happened to an order, as far as the caller may know.

use lambda::http::{self, Outcome, Request};
use order::{Orders, timeline::Timeline};

async fn get_order_timeline(orders: &'static Orders, request: Request) -> Outcome<Timeline> {
    let order = orders.reached(&request).await?;
    let timeline = order.timeline(Orders::reader(&request, &order));
    Ok(http::ok(&timeline)?.version(order.rev))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, get_order_timeline)
}
