//! POST /v1/sellers/{id}/reinstate: an admin lets a suspended seller sell again.

use lambda::http::{self, Outcome, Request};
use seller::{SellerView, Sellers, Step};

async fn reinstate_seller(sellers: &'static Sellers, request: Request) -> Outcome<SellerView> {
    let seller = sellers.reached(&request).await?;
    sellers.turn(&seller, Step::Reinstate, None, &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Sellers::start, reinstate_seller)
}
