//! Every minute: has orders that wait too long for an answer say again where they stand; gives up in the end, and of
//! what is on its way only waiting.

use std::time::Duration;

use kernel::Problem;
use lambda::schedule::{self, Tick};
use order::Orders;

async fn watch_stuck_orders(orders: &'static Orders, tick: Tick) -> Result<(), Problem> {
    let patience = Duration::from_secs(tick.platform.parsed("WATCHDOG_SECONDS")?);
    let quiet_since = tick.now.minus(patience);

    let waiting = orders.waiting_since(quiet_since).await?;
    let tick = &tick;
    let reminded = schedule::each(waiting, |order| async move {
        let reminded = orders.remind(order, quiet_since, |step| tick.step(step));
        if reminded.await?.is_some() {
            tick.platform.count("orders_unanswered", 1);
        }
        Ok(())
    });
    reminded.await
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Orders::start, watch_stuck_orders)
}
