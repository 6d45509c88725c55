//! GET /v1/sellers: an admin looks through the sellers.

use kernel::Page;
use lambda::http::{self, Outcome, Query, Request};
use seller::{SellerFilter, SellerView, Sellers};

async fn list_sellers(
    sellers: &'static Sellers,
    request: Request<Query<SellerFilter>>,
) -> Outcome<Page<SellerView>> {
    let Query(filter) = &request.input;
    let cursors = request.platform.cursors()?;
    http::ok(&sellers.list(filter, &cursors).await?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Sellers::start, list_sellers)
}
