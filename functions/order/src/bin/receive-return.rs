//! POST /v1/orders/{id}/returns/{number}/receive: a seller has goods back, whose price is given back from here on.

use lambda::http::{self, Json, Outcome, Request};
use order::{OrderView, Orders, returns::Received};
use schemars::JsonSchema;
use serde::Deserialize;

/// What has come back.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Back {
    /// Of which lines of the return how much; of those that are not named nothing has.
    #[schemars(length(min = 1, max = 50))]
    lines: Vec<Received>,
}

async fn receive_return(
    orders: &'static Orders,
    request: Request<Json<Back>>,
) -> Outcome<OrderView> {
    let order = orders.reached(&request).await?;
    let which = Orders::returned(&request)?;
    let Json(back) = &request.input;
    let turn = order.receive_return(which, &back.lines, request.now)?;
    orders.turn(&order, &turn, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, receive_return)
}
