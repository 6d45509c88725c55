//! stock.changed.v1: each movement goes into the ledger, and the lines that the balance crosses are told.

use contracts::events::StockChanged;
use inventory::Shelves;
use kernel::Problem;
use lambda::consume::{self, Event};

async fn record_movements(
    shelves: &'static Shelves,
    event: Event<StockChanged>,
) -> Result<(), Problem> {
    shelves
        .record(&event.metadata, &event.data, event.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Shelves::start, record_movements)
}
