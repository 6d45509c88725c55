//! GET /v1/sellers/{id}: a seller whole, to its own staff and to admins.

use lambda::http::{self, Outcome, Request};
use seller::{SellerView, Sellers};

async fn get_seller(sellers: &'static Sellers, request: Request) -> Outcome<SellerView> {
    let seller = sellers.reached(&request).await?;
    Ok(http::ok(&seller.view(seller.created_at))?.version(seller.rev))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Sellers::start, get_seller)
}
