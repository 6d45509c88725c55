//! POST /v1/guest-orders: someone without an account buys what is in the cart.

use kernel::{EmailAddress, PaymentMethod};
use lambda::http::{self, Json, Outcome, Request};
use order::{
    GuestOrders, Order, OrderView, PlacedByGuest, Purchase, ShippingAddress, Viewer, Visitor,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// How the cart is bought. What and at which price is in the cart.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewGuestOrder {
    /// Where mail about the order goes.
    email: EmailAddress,
    /// Where it goes itself.
    shipping_address: ShippingAddress,
    /// How it is paid: a token of the payment provider's.
    payment_method: PaymentMethod,
}

async fn place_guest_order(
    guests: &'static GuestOrders,
    request: Request<Json<NewGuestOrder>>,
) -> Outcome<PlacedByGuest> {
    let visitor = guests.visitor(&request)?;
    let placed = place(guests, &visitor, &request).await;
    guests.hand_over(placed, &visitor.intent).await
}

async fn place(
    guests: &GuestOrders,
    visitor: &Visitor,
    request: &Request<Json<NewGuestOrder>>,
) -> Outcome<OrderView> {
    let (orders, Json(new)) = (&guests.orders, &request.input);
    let cart = orders.cart_of_guest(visitor.cart, request.now).await?;
    orders.sold_by_all(&cart, request.now).await?;
    let purchase = Purchase {
        by: visitor.purchaser(new.email.clone()),
        cart,
        shipping_address: new.shipping_address.clone().into(),
        payment_method: new.payment_method.clone(),
        store_credit: None,
        locale: orders.locale(request)?,
    };
    let order = Order::place(purchase, &request.platform.ids, request.now)?;

    let shown = order.view(Viewer::Whole);
    let reply = http::created(format!("/v1/guest-orders/{}", order.id), &shown)?.version(1);
    orders.place(&order, &visitor.intent, reply).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(GuestOrders::start, place_guest_order)
}
