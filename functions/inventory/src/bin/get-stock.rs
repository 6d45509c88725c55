//! `GET /v1/stock/{variant_id}`: a seller sees what there is of a variant.

use inventory::{Shelves, StockLevels};
use kernel::Code;
use lambda::http::{self, Outcome, Request};

async fn get_stock(shelves: &'static Shelves, request: Request) -> Outcome<StockLevels> {
    let variant = request.path("variant_id", Code::VariantNotFound)?;
    let shelf = shelves.find(variant).await?;
    let shelf = shelf
        .filter(|shelf| request.reaches(&shelf.stock))
        .ok_or(Code::VariantNotFound)?;

    Ok(http::ok(&shelf.stock.levels())?.version(shelf.version()))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Shelves::start, get_stock)
}
