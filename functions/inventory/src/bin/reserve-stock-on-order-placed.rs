//! order.placed.v1: holds stock for each line, or tells the order why not.

use std::time::Duration;

use contracts::events::OrderPlaced;
use inventory::{Reservation, Shelves};
use kernel::Problem;
use lambda::consume::{self, Event};

async fn reserve_stock(
    shelves: &'static Shelves,
    event: Event<OrderPlaced>,
) -> Result<(), Problem> {
    let time = Duration::from_secs(event.platform.parsed("RESERVATION_SECONDS")?);
    let most = event.platform.parsed("HELD_AT_MOST")?;
    let wanted = Reservation::for_order(&event.data, event.now(), time);

    let buyer = event.data.buyer;
    shelves.hold(&wanted, (buyer, most), event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Shelves::start, reserve_stock)
}
