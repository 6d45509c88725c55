//! stock.reservation-expired: an order was not paid in time, and is off; one that stands keeps its stock.

use contracts::events::StockReservationExpired;
use kernel::Problem;
use lambda::consume::{self, Event};
use order::{Input, Orders};

async fn cancel_order(
    orders: &'static Orders,
    event: Event<StockReservationExpired>,
) -> Result<(), Problem> {
    let order = event.data.order_id;
    orders
        .hear(order, Input::ReservationExpired, event.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Orders::start, cancel_order)
}
