//! Every minute: says of each reservation whose time is over that it is, once.

use inventory::Shelves;
use kernel::Problem;
use lambda::schedule::{self, Tick};

async fn expire_reservations(shelves: &'static Shelves, tick: Tick) -> Result<(), Problem> {
    for reservation in shelves.overdue(tick.now).await? {
        let step = tick.step(format!("expire {}", reservation.order_id()));
        shelves.announce_expiry(&reservation, &step).await?;
    }
    Ok(())
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Shelves::start, expire_reservations)
}
