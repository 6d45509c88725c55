//! payment.declined: an order cannot be paid, and is off.

use contracts::events::PaymentDeclined;
use kernel::Problem;
use lambda::consume::{self, Event};
use order::{Input, Orders};

async fn cancel_order(
    orders: &'static Orders,
    event: Event<PaymentDeclined>,
) -> Result<(), Problem> {
    let order = event.data.order_id;
    orders
        .hear(order, Input::PaymentDeclined, event.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Orders::start, cancel_order)
}
