//! `POST /v1/stock/{variant_id}/receipts`: a seller books received pieces.

use inventory::{Shelves, StockLevels};
use kernel::{Code, Quantity};
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
    let variant = request.path("variant_id", Code::VariantNotFound)?;
    let shelf = shelves.find(variant).await?;
    let shelf = shelf
        .filter(|shelf| request.reaches(&shelf.stock))
        .ok_or(Code::VariantNotFound)?;

    let stock = shelf.stock.receive(request.input.0.quantity)?;
    let reply = http::created(format!("/v1/stock/{variant}"), &stock.levels())?;
    let reply = reply.version(shelf.version() + 1);
    shelves
        .restock(&shelf, &stock, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Shelves::start, receive_stock)
}
