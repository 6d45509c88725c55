//! payment.refund-requested.v1: has the provider give money back that an admin has decided to.

use contracts::events::PaymentRefundRequested;
use kernel::Problem;
use lambda::consume::{self, Event};
use payment::Payments;

async fn give_refund(
    payments: &'static Payments,
    event: Event<PaymentRefundRequested>,
) -> Result<(), Problem> {
    let payment = payments.of_order(event.data.order_id).await?;
    let payment = payment.ok_or_else(|| Problem::internal("a refund of no payment"))?;
    let Some(refund) = payment.open_refund(event.data.refund) else {
        return Ok(());
    };
    let said = payments.repay(&payment, refund).await?;
    payments
        .refunded(&payment, refund, &said, event.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Payments::start, give_refund)
}
