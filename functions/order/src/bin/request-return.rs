//! POST /v1/orders/{id}/returns: a customer wants to send pieces back that were shipped.

use lambda::http::{self, Json, Outcome, Request};
use order::{OrderView, Orders, returns::NewReturn, returns::window};

async fn request_return(
    orders: &'static Orders,
    request: Request<Json<NewReturn>>,
) -> Outcome<OrderView> {
    let order = orders.reached(&request).await?;
    let Json(asked) = &request.input;
    let turn = order.ask_return(asked, window(&request)?, request.now)?;
    orders.turn(&order, &turn, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, request_return)
}
