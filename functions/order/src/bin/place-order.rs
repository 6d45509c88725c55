//! POST /v1/orders: a customer buys what is in the cart.

use kernel::{AddressId, Money, PaymentMethod};
use lambda::http::{self, Json, Outcome, Request};
use order::{Destination, Order, OrderView, Orders, Purchase, Purchaser, ShippingAddress, Viewer};
use schemars::JsonSchema;
use serde::Deserialize;

/// How the cart is bought. What and at which price is in the cart.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    /// Where it goes; either this or `shipping_address_id`.
    shipping_address: Option<ShippingAddress>,
    /// An address of the caller's own book that it goes to.
    shipping_address_id: Option<AddressId>,
    /// How it is paid: a token of the payment provider's.
    payment_method: PaymentMethod,
    /// How much of it is paid with the customer's store credit: none, unless told. The method pays the rest.
    store_credit: Option<Money>,
}

async fn place_order(
    orders: &'static Orders,
    request: Request<Json<NewOrder>>,
) -> Outcome<OrderView> {
    let customer_id = request.customer()?;
    let Json(new) = &request.input;
    let to = Destination::one_of(new.shipping_address.clone(), new.shipping_address_id)?;
    let now = request.now;
    let (cart, shipping_address) = orders.cart_and_address(customer_id, &to, now).await?;
    orders.sold_by_all(&cart, now).await?;

    let purchase = Purchase {
        by: Purchaser::Customer(customer_id),
        cart,
        shipping_address,
        payment_method: new.payment_method.clone(),
        store_credit: new.store_credit,
        locale: orders.locale(&request)?,
    };
    let order = Order::place(purchase, &request.platform.ids, request.now)?;

    let shown = order.view(Viewer::Whole);
    let reply = http::created(format!("/v1/orders/{}", order.id), &shown)?.version(1);
    orders.place(&order, request.intent(), reply).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Orders::start, place_order)
}
