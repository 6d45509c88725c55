//! `POST /v1/stock/{variant_id}/receipts`: a seller books received pieces.

use inventory::{Shelves, StockLevels};
use kernel::Quantity;
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// What has come in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Receipt {
    /// How many pieces.
    quantity: Quantity,
}

async fn receive_stock(
    shelves: &'static Shelves,
    request: Request<Json<Receipt>>,
) -> Outcome<StockLevels> {
    let shelf = shelves.reached(&request).await?;

    let booked = shelf.stock.receive(request.input.0.quantity)?;
    shelves.book(&shelf, &booked, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Shelves::start, receive_stock)
}
