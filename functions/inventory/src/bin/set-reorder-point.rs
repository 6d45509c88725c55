//! `PUT /v1/stock/{variant_id}/reorder-point`: a seller says from how many pieces on a variant is low.

use inventory::{ReorderPoint, Shelves};
use kernel::Quantity;
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// From how many on.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// How many available pieces; `null` for not at all.
    pieces: Option<Quantity>,
}

async fn set_reorder_point(
    shelves: &'static Shelves,
    request: Request<Json<Wanted>>,
) -> Outcome<ReorderPoint> {
    let variant_id = shelves.reached(&request).await?.stock.variant_id();

    let pieces = request.input.0.pieces;
    let reply = http::ok(&ReorderPoint { variant_id, pieces })?;
    shelves
        .reorder_at(variant_id, pieces, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Shelves::start, set_reorder_point)
}
