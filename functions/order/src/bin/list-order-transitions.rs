//! GET /v1/orders/{id}/transitions: what can become of an order next, by whom, and what of it the caller can do.

use lambda::http::{self, Outcome, Request};
use order::{
    Orders,
    transitions::{Transitions, may},
};

async fn list_order_transitions(orders: &'static Orders, request: Request) -> Outcome<Transitions> {
    let order = orders.reached(&request).await?;
    let next = order.transitions(|by| may(&request, &order, by));
    Ok(http::ok(&next)?.version(order.rev))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, list_order_transitions)
}
