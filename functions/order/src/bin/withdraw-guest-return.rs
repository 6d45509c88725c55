//! POST /v1/guest-orders/{id}/returns/{number}/withdraw: whoever has the link to an order keeps what was to be sent
//! back.

use kernel::Code;
use lambda::http::{self, Outcome, Request};
use order::{GuestOrders, OrderView, Viewer};

async fn withdraw_guest_return(
    guests: &'static GuestOrders,
    request: Request,
) -> Outcome<OrderView> {
    let order = guests.opened(&request).await?;
    let number = request.path("number", Code::ReturnNotFound)?;
    let turn = order.withdraw_return(number, request.now)?;
    guests
        .orders
        .turn_for(Viewer::Whole, &order, &turn, request.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(GuestOrders::start, withdraw_guest_return)
}
