//! order.claimed: a guest's order is a customer's now, and so is its payment.

use contracts::events::OrderClaimed;
use kernel::Problem;
use lambda::consume::{self, Event};
use payment::Records;

async fn hand_payment_over(
    payments: &'static Records,
    event: Event<OrderClaimed>,
) -> Result<(), Problem> {
    payments.hand_over(&event.data, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Records::open, hand_payment_over)
}
