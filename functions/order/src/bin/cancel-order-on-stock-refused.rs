//! stock.refused: an order cannot have its stock, and is off.

use contracts::events::StockRefused;
use kernel::Problem;
use lambda::consume::{self, Event};
use order::{Input, Orders};

async fn cancel_order(orders: &'static Orders, event: Event<StockRefused>) -> Result<(), Problem> {
    let order = event.data.order_id;
    let why = match event.data.held_at_most {
        None => Input::StockRefused,
        Some(_) => Input::HoldRefused,
    };
    orders.hear(order, why, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Orders::start, cancel_order)
}
