//! `PUT /v1/stock/{variant_id}/shards`: a seller says over how many shards the stock of a variant is spread.

use inventory::{Shelves, StockLevels, shards};
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// Over how many.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// 1 for stock that is not spread, 64 at most.
    #[schemars(range(min = 1, max = 64))]
    shards: u32,
}

async fn spread_stock(
    shelves: &'static Shelves,
    request: Request<Json<Wanted>>,
) -> Outcome<StockLevels> {
    let shelf = shelves.reached(&request).await?;
    let shards = shards::checked(request.input.0.shards)?;
    shelves.spread(&shelf, shards, request.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Shelves::start, spread_stock)
}
