//! Every minute: has orders that wait too long for an answer say again where they stand; gives up in the end.

use std::time::Duration;

use kernel::Problem;
use lambda::schedule::{self, Tick};
use order::Orders;

async fn watch_stuck_orders(orders: &'static Orders, tick: Tick) -> Result<(), Problem> {
    let patience = Duration::from_secs(tick.platform.parsed("WATCHDOG_SECONDS")?);
    let quiet_since = tick.now.minus(patience);

    let mut outcome = Ok(());
    for order in orders.waiting_since(quiet_since).await? {
        // An order that fails must not keep the others waiting.
        let reminded = orders.remind(order, quiet_since, |step| tick.step(step));
        outcome = reminded.await.and(outcome);
    }
    outcome
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Orders::start, watch_stuck_orders)
}
