//! `GET /v1/stock/{variant_id}`: a seller sees what there is of a variant.

use inventory::{Shelves, StockLevels};
use lambda::http::{self, Outcome, Request};

async fn get_stock(shelves: &'static Shelves, request: Request) -> Outcome<StockLevels> {
    let shelf = shelves.reached(&request).await?;

    Ok(http::ok(&shelf.stock.levels())?.version(shelf.version()))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Shelves::start, get_stock)
}
