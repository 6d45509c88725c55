//! order.cancelled.v1: what was held for the order can be bought again.

use contracts::events::OrderCancelled;
use inventory::Shelves;
use kernel::Problem;
use lambda::consume::{self, Event};

async fn release_stock(
    shelves: &'static Shelves,
    event: Event<OrderCancelled>,
) -> Result<(), Problem> {
    shelves.release(event.data.order_id, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Shelves::start, release_stock)
}
