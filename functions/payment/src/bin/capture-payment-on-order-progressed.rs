//! order.progressed.v1: moves what is due of an order's money, and lets go of what nothing will be shipped for.

use contracts::events::OrderProgressed;
use kernel::Problem;
use lambda::consume::{self, Event};
use payment::{Next, Payments};

async fn capture_payment(
    payments: &'static Payments,
    event: Event<OrderProgressed>,
) -> Result<(), Problem> {
    let (order, intent) = (&event.data, event.intent());
    let commission = event.platform.parsed("COMMISSION_BASIS_POINTS")?;
    let found = payments.of_order(order.order_id).await?;
    let mut payment = found.ok_or_else(|| Problem::unavailable("an order goes on unpaid"))?;
    loop {
        payment = match payment.next(order, event.now())? {
            Next::Begin(part) => {
                let begun = payments.begin(&payment, &part, intent).await?;
                let said = payments.ask_for(&begun, &part).await?;
                payments
                    .captured(&begun, &part, (&said, commission), intent)
                    .await?
            }
            Next::Resume(part) => {
                let said = payments.ask_again(&payment, &part).await?;
                payments
                    .captured(&payment, &part, (&said, commission), intent)
                    .await?
            }
            Next::Complete => payments.complete(&payment, intent).await?,
            Next::LetGo => {
                return payments.let_go(&payment, intent).await;
            }
            Next::Nothing => return payments.tell_again(&payment, order, intent).await,
        }
    }
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Payments::start, capture_payment)
}
