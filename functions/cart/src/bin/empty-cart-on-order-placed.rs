//! order.placed.v1: what was ordered leaves the cart; what has come in since stays.

use cart::Carts;
use contracts::events::OrderPlaced;
use kernel::Problem;
use lambda::consume::{self, Event};

async fn empty_cart(carts: &'static Carts, event: Event<OrderPlaced>) -> Result<(), Problem> {
    carts.take_out(&event.data, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Carts::start, empty_cart)
}
