//! payment.authorized: an order has its money, and stands.

use contracts::events::PaymentAuthorized;
use kernel::Problem;
use lambda::consume::{self, Event};
use order::{Input, Orders};

async fn confirm_order(
    orders: &'static Orders,
    event: Event<PaymentAuthorized>,
) -> Result<(), Problem> {
    let order = event.data.order_id;
    orders
        .hear(order, Input::PaymentAuthorized, event.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Orders::start, confirm_order)
}
