//! `GET /v1/stock/{variant_id}/reorder-point`: a seller sees from how many pieces on a variant is low.

use inventory::{ReorderPoint, Shelves};
use lambda::http::{self, Outcome, Request};

async fn get_reorder_point(shelves: &'static Shelves, request: Request) -> Outcome<ReorderPoint> {
    let variant = shelves.reached(&request).await?.stock.variant_id();

    let ledger = shelves.ledger(variant).await?;
    http::ok(&ledger.reorder_point())
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Shelves::start, get_reorder_point)
}
