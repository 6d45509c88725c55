//! POST /v1/orders/{id}/returns/{number}/refuse: a seller does not take goods back, and says why.

use kernel::Line;
use lambda::http::{self, Json, Outcome, Request};
use order::{OrderView, Orders};
use schemars::JsonSchema;
use serde::Deserialize;

/// Why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Refused {
    /// What the customer is told.
    reason: Line<1, 200>,
}

async fn refuse_return(
    orders: &'static Orders,
    request: Request<Json<Refused>>,
) -> Outcome<OrderView> {
    let order = orders.reached(&request).await?;
    let which = Orders::returned(&request)?;
    let Json(refused) = &request.input;
    let turn = order.refuse_return(which, &refused.reason, request.now)?;
    orders.turn(&order, &turn, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, refuse_return)
}
