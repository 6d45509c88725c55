//! `GET /v1/stock/{variant_id}/movements`: a seller sees how the pieces of a variant have moved.

use inventory::{MovementView, Shelves};
use kernel::{Page, page::Part};
use lambda::http::{self, Outcome, Query, Request};

async fn list_stock_movements(
    shelves: &'static Shelves,
    request: Request<Query<Part>>,
) -> Outcome<Page<MovementView>> {
    let variant = shelves.reached(&request).await?.stock.variant_id();

    let Query(part) = &request.input;
    let cursors = request.platform.cursors()?;
    let from = (&cursors, part.cursor.as_deref());
    let page = shelves.movements(variant, part.limit, from).await?;
    http::ok(&page.map(|movement| MovementView::from(&movement.value)))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Shelves::start, list_stock_movements)
}
