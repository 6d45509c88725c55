//! POST /v1/sellers: a customer applies to sell.

use kernel::SellerId;
use lambda::http::{self, Json, Outcome, Request};
use seller::{Seller, SellerInput, SellerView, Sellers};

async fn apply_as_seller(
    sellers: &'static Sellers,
    request: Request<Json<SellerInput>>,
) -> Outcome<SellerView> {
    let customer = request.customer()?;
    let before = sellers.seller(SellerId::of(customer)).await?;
    let Json(said) = request.input.clone();
    let seller = Seller::apply(before.as_deref(), customer, said, request.now)?;

    let created_at = before.as_ref().map_or(request.now, |it| it.created_at);
    let rev = before.as_ref().map_or(1, |it| it.rev + 1);
    let place = format!("/v1/sellers/{}", seller.seller_id);
    let reply = http::created(place, &seller.view(created_at))?.version(rev);
    let intent = request.intent();
    sellers.apply(before.as_ref(), &seller, intent, reply).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Sellers::start, apply_as_seller)
}
