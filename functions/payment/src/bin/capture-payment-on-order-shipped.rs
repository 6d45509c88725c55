//! order.shipped.v1: moves the held money of an order, which is on its way.

use contracts::events::OrderShipped;
use kernel::Problem;
use lambda::consume::{self, Event};
use payment::{Payments, Status};

async fn capture_payment(
    payments: &'static Payments,
    event: Event<OrderShipped>,
) -> Result<(), Problem> {
    let payment = payments.of_order(event.data.order_id).await?;
    let payment = payment.ok_or_else(|| Problem::unavailable("an order is shipped unpaid"))?;
    match payment.status {
        Status::Captured => Ok(()),
        Status::Authorized => {
            payments.provider.capture(&payment.charge()).await?;
            payments.captured(&payment, event.intent()).await
        }
        // Only a confirmed order is shipped, and only a held payment confirms it.
        status => Err(Problem::internal(format!(
            "an order is shipped whose payment is {status:?}"
        ))),
    }
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Payments::start, capture_payment)
}
