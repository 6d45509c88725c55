//! GET /v1/orders: lists the caller's orders, or those that it ships a part of.

use kernel::{Code, CustomerId, Page, Permission, Problem, Scope, page::Limit};
use lambda::http::{self, Outcome, Query, Request};
use order::{OrderView, Orders, Status, Whose};
use schemars::JsonSchema;
use serde::Deserialize;

/// Which orders.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// How many at most: 1 to 100, 20 unless told.
    #[serde(default)]
    limit: Limit,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only those in this state. A page may then be short and still have more to come.
    status: Option<Status>,
    /// `seller`: those that the caller ships a part of, each with that part alone.
    r#as: Option<As>,
    /// Those of this customer: for admins.
    customer_id: Option<CustomerId>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum As {
    Seller,
}

async fn list_orders(
    orders: &'static Orders,
    request: Request<Query<Filter>>,
) -> Outcome<Page<OrderView>> {
    let Query(filter) = &request.input;
    let whose = whose(&request, filter)?;
    let cursors = request.platform.cursors()?;
    let from = (&cursors, filter.cursor.as_deref());
    let page = orders.list(whose, filter.status, filter.limit, from);
    http::ok(&page.await?)
}

fn whose(request: &Request<Query<Filter>>, filter: &Filter) -> Result<Whose, Problem> {
    let caller = request.customer()?;
    let sells = || request.grant(Permission::OrderRead).covers(Scope::Seller);
    match (filter.r#as, filter.customer_id) {
        (Some(As::Seller), Some(_)) => Err(Code::InvalidParameter.into()),
        (Some(As::Seller), None) if sells() => Ok(Whose::Seller(request.seller()?)),
        (None, None) => Ok(Whose::Customer(caller)),
        (None, Some(other)) if other == caller || request.reaches_all() => {
            Ok(Whose::Customer(other))
        }
        _ => Err(Code::Forbidden.into()),
    }
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, list_orders)
}
