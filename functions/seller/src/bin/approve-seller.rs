//! POST /v1/sellers/{id}/approve: an admin lets an applicant sell.

use lambda::http::{self, Outcome, Request};
use seller::{SellerView, Sellers, Step};

async fn approve_seller(sellers: &'static Sellers, request: Request) -> Outcome<SellerView> {
    let seller = sellers.reached(&request).await?;
    sellers.turn(&seller, Step::Approve, None, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Sellers::start, approve_seller)
}
