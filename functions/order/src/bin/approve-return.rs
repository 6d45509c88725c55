//! POST /v1/orders/{id}/returns/{number}/approve: a seller takes goods back.

use lambda::http::{self, Outcome, Request};
use order::{OrderView, Orders};

async fn approve_return(orders: &'static Orders, request: Request) -> Outcome<OrderView> {
    let order = orders.reached(&request).await?;
    let which = Orders::returned(&request)?;
    let turn = order.approve_return(which, request.now)?;
    orders.turn(&order, &turn, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, approve_return)
}
