//! order.stock-reserved.v1: asks the provider to hold the money of an order, and tells the order.

use contracts::events::OrderStockReserved;
use kernel::Problem;
use lambda::consume::{self, Event};
use payment::{Payments, Terms};

async fn authorize_payment(
    payments: &'static Payments,
    event: Event<OrderStockReserved>,
) -> Result<(), Problem> {
    let terms = Terms::of(event.platform)?;
    let payment = payments.open(&event.data, event.intent()).await?;
    payments.have_held(&payment, terms, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Payments::start, authorize_payment)
}
