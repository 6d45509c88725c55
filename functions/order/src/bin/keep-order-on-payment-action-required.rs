//! payment.action-required: the payment of an order waits for its customer, and the order waits as long.

use contracts::events::PaymentActionRequired;
use kernel::Problem;
use lambda::consume::{self, Event};
use order::Orders;

async fn keep_order(
    orders: &'static Orders,
    event: Event<PaymentActionRequired>,
) -> Result<(), Problem> {
    let PaymentActionRequired {
        order_id, until, ..
    } = event.data;
    orders.wait_until(order_id, until, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Orders::start, keep_order)
}
