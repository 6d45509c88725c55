//! payment.capture-failed: what was shipped of an order is not paid; it waits no more, and shows it.

use contracts::events::PaymentCaptureFailed;
use kernel::Problem;
use lambda::consume::{self, Event};
use order::Orders;

async fn flag_order(
    orders: &'static Orders,
    event: Event<PaymentCaptureFailed>,
) -> Result<(), Problem> {
    let now = event.now();
    orders
        .learn(
            event.data.order_id,
            |order| order.hear_refused(now),
            event.intent(),
        )
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Orders::start, flag_order)
}
