//! payment.captured: an order learns how much of its money has been moved, and waits no more once that is all.

use contracts::events::PaymentCaptured;
use kernel::Problem;
use lambda::consume::{self, Event};
use order::Orders;

async fn record_capture(
    orders: &'static Orders,
    event: Event<PaymentCaptured>,
) -> Result<(), Problem> {
    let (said, now) = (&event.data, event.now());
    // Whoever tells a part alone has moved that much at least.
    let total = said.captured.unwrap_or(said.amount);
    orders
        .learn(
            said.order_id,
            |order| order.hear_captured(total, now),
            event.intent(),
        )
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Orders::start, record_capture)
}
