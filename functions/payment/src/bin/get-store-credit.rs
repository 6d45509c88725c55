//! GET /v1/store-credit: shows customers what they can buy with without paying, and what that comes from.

use kernel::page::Part;
use lambda::http::{self, Outcome, Query, Request};
use payment::{Credits, StoreCreditView};

async fn get_store_credit(
    credits: &'static Credits,
    request: Request<Query<Part>>,
) -> Outcome<StoreCreditView> {
    let Query(part) = &request.input;
    let whose = (request.customer()?, request.platform.currency()?);
    let cursors = request.platform.cursors()?;
    let shown = credits.statement(whose, part, &cursors).await?;
    http::ok(&shown.to_customer())
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Credits::start, get_store_credit)
}
