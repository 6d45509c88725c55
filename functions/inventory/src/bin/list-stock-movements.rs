//! `GET /v1/stock/{variant_id}/movements`: a seller sees how the pieces of a variant have moved.

use inventory::{MovementView, Shelves};
use kernel::{Page, page::Limit};
use lambda::http::{self, Outcome, Query, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// Which part of the list, the newest first.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    /// How many at most: 1 to 100, 20 unless told.
    #[serde(default)]
    limit: Limit,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

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
