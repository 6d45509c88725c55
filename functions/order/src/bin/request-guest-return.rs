//! POST /v1/guest-orders/{id}/returns: whoever has the link to an order wants to send pieces back that were shipped.

use lambda::http::{self, Json, Outcome, Request};
use order::{GuestOrders, OrderView, Viewer, returns::NewReturn, returns::window};

async fn request_guest_return(
    guests: &'static GuestOrders,
    request: Request<Json<NewReturn>>,
) -> Outcome<OrderView> {
    let order = guests.opened(&request).await?;
    let Json(asked) = &request.input;
    let turn = order.ask_return(asked, window(&request)?, request.now)?;
    guests
        .orders
        .turn_for(Viewer::Whole, &order, &turn, request.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(GuestOrders::start, request_guest_return)
}
