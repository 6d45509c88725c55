//! PATCH /v1/sellers/{id}: a seller changes what it says of itself.

use lambda::http::{self, MergePatch, Outcome, Request};
use seller::{SellerInput, SellerView, Sellers};

async fn update_seller(
    sellers: &'static Sellers,
    request: Request<MergePatch<SellerInput>>,
) -> Outcome<SellerView> {
    let seller = sellers.reached(&request).await?;
    request.require_version(seller.rev)?;

    let said = request.input.apply(&seller.input())?;
    let next = seller.describe(said, request.reaches_all())?;
    if next == seller.value {
        return Ok(http::ok(&seller.view(seller.created_at))?.version(seller.rev));
    }

    let reply = http::ok(&next.view(seller.created_at))?.version(seller.rev + 1);
    let intent = request.intent();
    sellers.describe(&seller, &next, intent, reply).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Sellers::start, update_seller)
}
