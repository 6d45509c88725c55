//! order.shipped.v1: what was held for the order has left the warehouse.

use contracts::events::OrderShipped;
use inventory::Shelves;
use kernel::Problem;
use lambda::consume::{self, Event};

async fn commit_stock(
    shelves: &'static Shelves,
    event: Event<OrderShipped>,
) -> Result<(), Problem> {
    shelves.commit(event.data.order_id, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Shelves::start, commit_stock)
}
