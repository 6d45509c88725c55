//! POST /v1/orders/{id}/notes: someone of a seller's staff, or an admin, writes something down about an order.

use lambda::http::{self, Json, Outcome, Request};
use order::{
    Orders,
    timeline::{NewNote, Timeline},
};

async fn add_order_note(
    orders: &'static Orders,
    request: Request<Json<NewNote>>,
) -> Outcome<Timeline> {
    let order = orders.reached(&request).await?;
    let Json(new) = &request.input;
    let parts = Orders::parts(&request, None)?;
    let turn = order.note_down(new, parts.seller, request.now)?;

    let timeline = turn.order.timeline(Orders::writer(parts));
    let place = format!("/v1/orders/{}/timeline", order.id);
    let reply = http::created(place, &timeline)?.version(order.rev + 1);
    orders.commit(&order, &turn, request.intent(), reply).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, add_order_note)
}
