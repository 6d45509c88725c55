//! Every minute: has orders that wait too long for an answer say again where they stand; gives up in the end, and of
//! what is on its way only waiting.

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
        match reminded.await {
            Ok(Some(_)) => tick.platform.count("orders_unanswered", 1),
            Ok(None) => {}
            Err(problem) => outcome = Err(problem),
        }
    }
    outcome
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Orders::start, watch_stuck_orders)
}
