//! stock.changed.v1: carts show whether there is enough of what lies in them.

use cart::Carts;
use contracts::events::StockChanged;
use kernel::Problem;
use lambda::consume::{self, Event};

async fn update_offers(carts: &'static Carts, event: Event<StockChanged>) -> Result<(), Problem> {
    carts.restock(&event.data.variant_ids, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Carts::start, update_offers)
}
