//! order.cancelled.v1: lets go of the money that is held for an order, or will be.

use contracts::events::OrderCancelled;
use kernel::Problem;
use lambda::consume::{self, Event};
use payment::Payments;

async fn void_payment(
    payments: &'static Payments,
    event: Event<OrderCancelled>,
) -> Result<(), Problem> {
    let Some(payment) = payments.void(&event.data, event.intent()).await? else {
        return Ok(());
    };
    payments.let_go(&payment, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Payments::start, void_payment)
}
