//! GET /v1/orders: lists the caller's orders, or those that it ships a part of.

use kernel::Page;
use lambda::http::{self, Outcome, Query, Request};
use order::{OrderView, Orders, filter::Filter};

async fn list_orders(
    orders: &'static Orders,
    request: Request<Query<Filter>>,
) -> Outcome<Page<OrderView>> {
    let Query(filter) = &request.input;
    let (whose, wanted) = (filter.whose(&request)?, filter.wanted());
    let cursors = request.platform.cursors()?;
    let from = (&cursors, filter.cursor.as_deref());
    http::ok(&orders.list(whose, &wanted, filter.limit, from).await?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, list_orders)
}
