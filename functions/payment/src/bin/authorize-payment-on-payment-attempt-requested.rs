//! payment.attempt-requested.v1: asks the provider to hold an order's money by another method, and tells the order.

use contracts::events::PaymentAttemptRequested;
use kernel::Problem;
use lambda::consume::{self, Event};
use payment::{Payments, Terms};

async fn authorize_attempt(
    payments: &'static Payments,
    event: Event<PaymentAttemptRequested>,
) -> Result<(), Problem> {
    let terms = Terms::of(event.platform)?;
    let found = payments.of_order(event.data.order_id).await?;
    let payment = found.ok_or_else(|| Problem::internal("an attempt at no payment"))?;
    if payment.attempt() != event.data.attempt {
        // It was declined, and another has followed, before this was heard.
        return Ok(());
    }
    payments.have_held(&payment, terms, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Payments::start, authorize_attempt)
}
