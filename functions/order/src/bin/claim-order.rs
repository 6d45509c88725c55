//! POST /v1/orders/{id}/claim: a customer takes an order over that was placed without the account, by the link to it.

use lambda::http::{self, Outcome, Request};
use order::{GuestOrders, OrderView};

async fn claim_order(guests: &'static GuestOrders, request: Request) -> Outcome<OrderView> {
    let customer = request.customer()?;
    let order = guests.claimable(customer, &request).await?;
    guests.orders.claim(&order, customer, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(GuestOrders::start, claim_order)
}
