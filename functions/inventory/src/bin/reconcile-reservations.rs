//! Every minute: looks at reservations that are due, whether they are what has moved for their orders, and flags what
//! differs.

use inventory::Shelves;
use kernel::Problem;
use lambda::schedule::{self, Tick};

async fn reconcile_reservations(shelves: &'static Shelves, tick: Tick) -> Result<(), Problem> {
    let mut outcome = Ok(());
    for inspection in shelves.reservations_due(tick.now).await? {
        let step = tick.step(inspection.name());
        // One that fails must not keep the others waiting.
        let inspected = shelves.inspect_reservation(&inspection, &step).await;
        if matches!(inspected, Ok(true)) {
            tick.platform.count("reservation_discrepancies", 1);
        }
        outcome = inspected.map(drop).and(outcome);
    }
    outcome
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Shelves::start, reconcile_reservations)
}
