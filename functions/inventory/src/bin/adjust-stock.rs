//! `POST /v1/stock/{variant_id}/adjustments`: a seller corrects what the books say.

use inventory::{Adjustment, Shelves, StockLevels};
use lambda::http::{self, Json, Outcome, Request};

async fn adjust_stock(
    shelves: &'static Shelves,
    request: Request<Json<Adjustment>>,
) -> Outcome<StockLevels> {
    let shelf = shelves.reached(&request).await?;

    let booked = shelf.stock.adjust(request.input.0.clone())?;
    shelves.book(&shelf, &booked, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Shelves::start, adjust_stock)
}
