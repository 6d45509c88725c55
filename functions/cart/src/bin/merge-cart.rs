//! POST /v1/cart/merge: a customer who has logged in takes over the cart that was filled as a guest.

use cart::{Carts, MergeStrategy, MergedCart, Shopper};
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// How the guest's cart, whose token comes as `X-Cart-Token`, goes into the customer's.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewMerge {
    /// Whose wish counts where both have a variant.
    strategy: MergeStrategy,
}

async fn merge_cart(
    carts: &'static Carts,
    request: Request<Json<NewMerge>>,
) -> Outcome<MergedCart> {
    let customer = request.customer()?;
    let (shopper, guest) = (Shopper::changing(&request)?, Shopper::guest(&request)?);
    let shoppers = [&shopper, &guest];
    let [mut own, mut other] = carts.baskets(shoppers, &request).await?;
    // Nothing there, or it has gone into a cart already.
    if other.cart.is_empty() {
        return carts.keep_unmerged(&own, &request).await;
    }

    let strategy = request.input.0.strategy;
    let notices = own.cart.take_over(&mut other.cart, strategy, customer);
    let offers = carts.offers(&own.cart).await?;
    own.cart.look(&offers, &carts.locales(&request));
    let baskets = [own, other];
    carts
        .keep_merged(shoppers, baskets, notices, &request)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Carts::start, merge_cart)
}
