//! POST /v1/orders/{id}/returns/{number}/withdraw: a customer keeps what was to be sent back.

use kernel::Code;
use lambda::http::{self, Outcome, Request};
use order::{OrderView, Orders};

async fn withdraw_return(orders: &'static Orders, request: Request) -> Outcome<OrderView> {
    let order = orders.reached(&request).await?;
    let number = request.path("number", Code::ReturnNotFound)?;
    let turn = order.withdraw_return(number, request.now)?;
    orders.turn(&order, &turn, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, withdraw_return)
}
