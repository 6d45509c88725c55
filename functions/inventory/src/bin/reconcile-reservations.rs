//! Every minute: looks at reservations that are due, whether they are what has moved for their orders, and flags what
//! differs.

use inventory::Shelves;
use kernel::Problem;
use lambda::schedule::{self, Tick};

async fn reconcile_reservations(shelves: &'static Shelves, tick: Tick) -> Result<(), Problem> {
    let due = shelves.reservations_due(tick.now).await?;
    let inspected = tick.inspect(
        "reservation_discrepancies",
        due,
        |inspection, step| async move { shelves.inspect_reservation(&inspection, &step).await },
    );
    inspected.await
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Shelves::start, reconcile_reservations)
}
