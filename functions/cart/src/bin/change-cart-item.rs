//! `PATCH /v1/cart/items/{variant_id}`: a shopper wants more or fewer pieces.

use cart::{CartView, Carts, Shopper};
use kernel::{Code, Quantity};
use lambda::http::{self, MergePatch, Outcome, Request};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What can be changed of a line.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Item {
    /// How many pieces in all.
    quantity: Quantity,
}

async fn change_cart_item(
    carts: &'static Carts,
    request: Request<MergePatch<Item>>,
) -> Outcome<CartView> {
    let shopper = Shopper::changing(&request)?;
    let variant = request.path("variant_id", Code::CartLineNotFound)?;
    let mut basket = carts.basket(&shopper, &request).await?;

    let quantity = basket.cart.quantity(variant)?;
    let item = request.input.apply(&Item { quantity })?;
    basket.cart.change(variant, item.quantity)?;
    carts.keep(&shopper, basket, "cart.change", &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Carts::start, change_cart_item)
}
