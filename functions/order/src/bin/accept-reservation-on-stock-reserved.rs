//! stock.reserved: an order has its stock, and can be paid.

use contracts::events::StockReserved;
use kernel::Problem;
use lambda::consume::{self, Event};
use order::{Input, Orders};

async fn accept_reservation(
    orders: &'static Orders,
    event: Event<StockReserved>,
) -> Result<(), Problem> {
    let order = event.data.order_id;
    orders
        .hear(order, Input::StockReserved, event.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Orders::start, accept_reservation)
}
