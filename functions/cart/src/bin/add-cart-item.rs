//! POST /v1/cart/items: a shopper puts pieces of a variant into the cart.

use cart::{CartView, Carts, Shopper};
use kernel::{Code, Quantity, VariantId};
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// What goes into the cart. Prices are ours to say.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewItem {
    /// What.
    variant_id: VariantId,
    /// How many pieces, beside those that are there already.
    quantity: Quantity,
}

async fn add_cart_item(
    carts: &'static Carts,
    request: Request<Json<NewItem>>,
) -> Outcome<CartView> {
    let NewItem {
        variant_id: variant,
        quantity,
    } = request.input.0;
    let shopper = Shopper::changing(&request)?;
    let (mut basket, offer) = carts.basket_and_offer(&shopper, variant, &request).await?;
    if let Some(reply) = carts.earlier(&shopper, &basket, &request).await? {
        return Ok(reply);
    }

    let offer = offer.ok_or(Code::VariantNotFound)?;
    basket
        .cart
        .add(&offer, quantity, &carts.locales(&request))?;
    carts.keep(&shopper, basket, "cart.add", &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Carts::start, add_cart_item)
}
