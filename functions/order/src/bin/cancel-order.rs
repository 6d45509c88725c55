//! POST /v1/orders/{id}/cancel: a customer does not want an order any more, or some pieces of it that are not shipped.

use lambda::http::{self, Json, Outcome, Request};
use order::{OrderView, Orders, parts::Cancelled};

async fn cancel_order(
    orders: &'static Orders,
    request: Request<Option<Json<Cancelled>>>,
) -> Outcome<OrderView> {
    let order = orders.reached(&request).await?;
    let asked = request.input.as_ref().map(|Json(asked)| asked);
    let turn = order.cancel_as_asked(asked, request.now)?;
    orders.turn(&order, &turn, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, cancel_order)
}
