//! order.stock-reserved.v1: asks the provider to hold the money of an order, and tells the order.

use contracts::events::OrderStockReserved;
use kernel::Problem;
use lambda::consume::{self, Event};
use payment::{Payments, Status};

async fn authorize_payment(
    payments: &'static Payments,
    event: Event<OrderStockReserved>,
) -> Result<(), Problem> {
    let time = event.platform.parsed("PAYMENT_ACTION_SECONDS")?;
    let payment = payments.open(&event.data, event.intent()).await?;
    match payment.status {
        Status::Pending | Status::Unknown => {
            // Asked again, the provider does nothing twice and says what it said, or what got lost.
            let said = payments.ask(&payment).await;
            payments
                .record(&payment, (said, time), event.intent())
                .await
        }
        Status::Voided => {
            // The order is off. If it was cancelled while the provider was being asked, what it holds goes.
            payments.let_go(&payment, event.intent()).await
        }
        _ => payments.answer_again(&payment, event.intent()).await,
    }
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Payments::start, authorize_payment)
}
