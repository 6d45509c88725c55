//! `DELETE /v1/cart/items/{variant_id}`: a shopper doesn't want it any more.

use cart::{CartView, Carts, Shopper};
use kernel::Code;
use lambda::http::{self, Outcome, Request};

async fn remove_cart_item(carts: &'static Carts, request: Request) -> Outcome<CartView> {
    let shopper = Shopper::changing(&request)?;
    let variant = request.path("variant_id", Code::CartLineNotFound)?;
    let mut basket = carts.basket(&shopper, &request).await?;

    basket.cart.remove(variant)?;
    carts.keep(&shopper, basket, "cart.remove", &request).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Carts::start, remove_cart_item)
}
