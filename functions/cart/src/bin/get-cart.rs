//! GET /v1/cart: a shopper sees the cart, with the titles and prices of now.

use cart::{CartView, Carts, Shopper};
use lambda::http::{Outcome, Request};

async fn get_cart(carts: &'static Carts, request: Request) -> Outcome<CartView> {
    let shopper = Shopper::looking(&request)?;
    let mut basket = carts.basket(&shopper, &request).await?;
    let offers = carts.offers(&basket.cart).await?;

    // What is shown is what will be paid: it is kept before it is shown. Now and then a look keeps the cart as it is.
    if basket.cart.look(&offers, &carts.locales(&request))
        || carts.prolongs(&shopper, &basket, &request)?
    {
        carts.keep(&shopper, basket, "cart.look", &request).await
    } else {
        carts.show(&shopper, &basket)
    }
}

pub(crate) fn main() -> lambda::Exit {
    lambda::http::serve(Carts::start, get_cart)
}
