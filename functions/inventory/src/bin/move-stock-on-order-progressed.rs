//! order.progressed.v1: what was shipped has left the warehouse, what was called off can be bought again.

use contracts::events::OrderProgressed;
use inventory::Shelves;
use kernel::Problem;
use lambda::consume::{self, Event};

async fn move_stock(
    shelves: &'static Shelves,
    event: Event<OrderProgressed>,
) -> Result<(), Problem> {
    shelves.progress(&event.data, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Shelves::start, move_stock)
}
