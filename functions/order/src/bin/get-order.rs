//! GET /v1/orders/{id}: shows an order; to a seller, the part that it ships.

use lambda::http::{self, Outcome, Request};
use order::{OrderView, Orders, Viewer};

async fn get_order(orders: &'static Orders, request: Request) -> Outcome<OrderView> {
    let order = orders.reached(&request).await?;
    let shown = order.view(Viewer::of(&request, &order));
    Ok(http::ok(&shown)?.version(order.rev))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, get_order)
}
