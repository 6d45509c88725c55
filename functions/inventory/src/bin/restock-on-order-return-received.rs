//! order.return-received.v1: what has come back and can be sold again lies on the shelf.

use contracts::events::OrderReturnReceived;
use inventory::Shelves;
use kernel::Problem;
use lambda::consume::{self, Event};

async fn restock(
    shelves: &'static Shelves,
    event: Event<OrderReturnReceived>,
) -> Result<(), Problem> {
    shelves.restock(&event.data, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Shelves::start, restock)
}
