//! GET /v1/sellers/{id}/page: who sells, as everyone may see it.

use kernel::Code;
use lambda::http::{self, Outcome, Request};
use seller::{SellerPage, Sellers};

async fn get_seller_page(sellers: &'static Sellers, request: Request) -> Outcome<SellerPage> {
    let missing = Code::SellerNotFound;
    let seller = sellers.seller(request.path("id", missing)?).await?;
    let seller = seller.ok_or(missing)?;
    let page = seller.page().ok_or(missing)?;
    Ok(http::ok(&page)?.version(seller.rev))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Sellers::start, get_seller_page)
}
