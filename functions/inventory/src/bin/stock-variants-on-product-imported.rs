//! product.imported.v1: the variants of a new product get their opening stock.

use contracts::events::ProductImported;
use inventory::{Booked, Shelves, Stock};
use kernel::Problem;
use lambda::consume::{self, Event};

async fn stock_variants(
    shelves: &'static Shelves,
    event: Event<ProductImported>,
) -> Result<(), Problem> {
    let seller = event.data.seller_id;
    let opening: Vec<Booked> = event
        .data
        .stock
        .iter()
        .map(|opening| Stock::opening(opening, seller))
        .collect();

    shelves.open(&opening, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Shelves::start, stock_variants)
}
