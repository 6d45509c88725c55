//! POST /v1/orders/{id}/accept: a seller says that it will ship its part of an order.

use lambda::http::{self, Json, Outcome, Request};
use order::{OrderView, Orders, parts::OnePart};

async fn accept_order(
    orders: &'static Orders,
    request: Request<Option<Json<OnePart>>>,
) -> Outcome<OrderView> {
    let order = orders.reached(&request).await?;
    let named = request
        .input
        .as_ref()
        .and_then(|Json(part)| part.fulfilment_id);
    let parts = Orders::parts(&request, named)?;
    let turn = order.accept(parts, request.now)?;
    orders.turn(&order, &turn, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, accept_order)
}
