//! POST /v1/orders/{id}/cancel: a customer does not want an order any more, and nothing of it is shipped.

use lambda::http::{self, Outcome, Request};
use order::{OrderView, Orders};

async fn cancel_order(orders: &'static Orders, request: Request) -> Outcome<OrderView> {
    let order = orders.reached(&request).await?;
    let turn = order.cancel(request.now)?;
    orders.turn(&order, &turn, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, cancel_order)
}
