//! order.placed: puts an order into the lists of those who ship it, apart from placing it, which is to be quick.

use std::collections::BTreeSet;

use contracts::events::OrderPlaced;
use kernel::Problem;
use lambda::consume::{self, Event};
use order::Orders;

async fn list_order(orders: &'static Orders, event: Event<OrderPlaced>) -> Result<(), Problem> {
    let sellers = event.data.lines.iter().map(|line| line.seller_id);
    let sellers: BTreeSet<_> = sellers.collect();
    let order = event.data.order_id;
    orders
        .list_for_sellers(order, sellers, event.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Orders::start, list_order)
}
