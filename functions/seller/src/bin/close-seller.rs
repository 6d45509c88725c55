//! POST /v1/sellers/{id}/close: a seller ends for good: its owner or an admin wants it.

use lambda::http::{self, Outcome, Request};
use seller::{SellerView, Sellers, Step};

async fn close_seller(sellers: &'static Sellers, request: Request) -> Outcome<SellerView> {
    let seller = sellers.reached(&request).await?;
    sellers.turn(&seller, Step::Close, None, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Sellers::start, close_seller)
}
