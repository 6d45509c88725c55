//! A shopper buys, a seller ships.

use serde_json::{Value, json};
use stories::{Seller, Shop, Shopper, UNLIMITED, until};

fn steps(order: &Value) -> Vec<&str> {
    order["history"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|step| step["status"].as_str())
        .collect()
}

#[test]
fn a_shopper_buys_and_the_seller_ships() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Oak stool", 4_900, 10);
    let shopper = Shopper::register(&shop);

    let cart = shopper.add_to_cart(&goods.variant, 2);
    assert_eq!(
        cart["lines"][0]["unit_price"],
        json!({ "amount": 4_900, "currency": "EUR" })
    );
    assert_eq!(cart["lines"][0]["total"]["amount"], 9_800);
    assert_eq!(cart["subtotal"]["amount"], 9_800);

    let order = shopper.order("pm_sandbox_ok");
    let confirmed = shopper.order_becomes(&order, "confirmed");
    assert_eq!(
        steps(&confirmed),
        [
            "placed",
            "stock_reserved",
            "payment_authorized",
            "confirmed"
        ]
    );
    assert_eq!(confirmed["total"]["amount"], 9_800);
    assert_eq!(confirmed["fulfilments"].as_array().unwrap().len(), 1);
    assert_eq!(
        shopper.payment_of(&order).expect(200)["status"],
        "authorized"
    );
    assert_eq!(seller.stock(&goods.variant)["available"], 8);
    until("the cart is empty", || {
        shopper.cart()["lines"]
            .as_array()
            .unwrap()
            .is_empty()
            .then_some(())
    });

    assert_eq!(seller.ship(&order).expect(200)["status"], "shipped");
    shopper.payment_becomes(&order, "captured");
    until("the stock has left", || {
        let stock = seller.stock(&goods.variant);
        (stock["on_hand"] == 8 && stock["reserved"] == 0 && stock["available"] == 8).then_some(())
    });
    until("both mails are sent", || {
        (shopper.mails_of_orders().len() == 2).then_some(())
    });
    let text = shopper.mails_of_orders()[0].to_string();
    assert!(
        text.contains("Oak stool") && text.contains("98.00 EUR"),
        "{text}"
    );
}

#[test]
fn a_declined_payment_gives_the_stock_back_and_charges_nothing() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Wool blanket", 7_500, 3);
    let shopper = Shopper::register(&shop);
    let order = shopper.buy(&goods.variant, 3, "pm_sandbox_declined");
    let cancelled = shopper.order_becomes(&order, "cancelled");
    assert_eq!(cancelled["cancel_reason"], "payment_declined");
    until("the stock is back", || {
        (seller.stock(&goods.variant)["available"] == 3).then_some(())
    });
    assert_eq!(shopper.payment_of(&order).expect(200)["status"], "declined");
    until("the mail is sent", || {
        (shopper.mails_of_orders().len() == 1).then_some(())
    });
    seller.ship(&order).refused(409, "order_not_shippable");
}

#[test]
fn an_authorisation_whose_reply_is_lost_is_made_once() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Brass lamp", 12_000, 5);
    let shopper = Shopper::register(&shop);
    let order = shopper.buy(&goods.variant, 1, "pm_sandbox_lost_reply");
    shopper.order_becomes(&order, "confirmed");
    assert_eq!(
        shopper.payment_of(&order).expect(200)["status"],
        "authorized"
    );
    assert_eq!(seller.stock(&goods.variant)["reserved"], 1);
}

#[test]
fn slow_and_flaky_providers_are_waited_for() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Linen curtain", 3_300, UNLIMITED);
    for method in ["pm_sandbox_slow", "pm_sandbox_flaky"] {
        let shopper = Shopper::register(&shop);
        let order = shopper.buy(&goods.variant, 1, method);
        shopper.order_becomes(&order, "confirmed");
    }
}

#[test]
fn what_is_not_there_cannot_be_bought() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Rare print", 20_000, 1);
    let shopper = Shopper::register(&shop);
    let order = shopper.buy(&goods.variant, 2, "pm_sandbox_ok");
    let cancelled = shopper.order_becomes(&order, "cancelled");
    assert_eq!(cancelled["cancel_reason"], "out_of_stock");
    assert_eq!(seller.stock(&goods.variant)["available"], 1);
    shopper.payment_of(&order).refused(404, "payment_not_found");
}

#[test]
fn a_customer_changes_their_mind() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Clay teapot", 5_600, 4);
    let shopper = Shopper::register(&shop);
    let order = shopper.buy(&goods.variant, 4, "pm_sandbox_ok");
    shopper.order_becomes(&order, "confirmed");
    let cancel = || {
        shop.post(format!("/v1/orders/{order}/cancel"))
            .bearer(&shopper.token)
            .send()
    };
    let cancelled = cancel().expect(200);
    assert_eq!(
        (&cancelled["status"], &cancelled["cancel_reason"]),
        (&json!("cancelled"), &json!("customer"))
    );
    until("the stock is back", || {
        (seller.stock(&goods.variant)["available"] == 4).then_some(())
    });
    shopper.payment_becomes(&order, "voided");
    cancel().refused(409, "order_not_cancellable");
}

#[test]
fn an_order_of_two_sellers_is_shipped_when_both_have() {
    let shop = Shop::open();
    let (first, second) = (Seller::open(&shop), Seller::open(&shop));
    let (soap, towel) = (
        first.offer("Olive soap", 450, 10),
        second.offer("Hemp towel", 2_400, 10),
    );
    let shopper = Shopper::register(&shop);
    shopper.add_to_cart(&soap.variant, 2);
    shopper.add_to_cart(&towel.variant, 1);
    let order = shopper.order("pm_sandbox_ok");
    let confirmed = shopper.order_becomes(&order, "confirmed");
    assert_eq!(confirmed["fulfilments"].as_array().unwrap().len(), 2);

    // Each sees and ships its own part alone.
    let seen = shop
        .get(format!("/v1/orders/{order}"))
        .bearer(&first.person.token)
        .send()
        .expect(200);
    assert_eq!(seen["lines"].as_array().unwrap().len(), 1);
    assert_eq!(first.ship(&order).expect(200)["status"], "confirmed");
    first.ship(&order).refused(409, "order_not_shippable");
    shop.post(format!("/v1/orders/{order}/cancel"))
        .bearer(&shopper.token)
        .send()
        .refused(409, "order_not_cancellable");
    second.ship(&order).expect(200);
    shopper.order_becomes(&order, "shipped");
}

#[test]
fn a_guest_fills_a_cart() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Felt slippers", 3_900, UNLIMITED);
    let shopper = Shopper::register(&shop);
    shopper.add_to_cart(&goods.variant, 1);

    let add = json!({ "variant_id": goods.variant, "quantity": 1 });
    let cart = shop.post("/v1/cart/items").json(&add).send().expect(200);
    let token = cart["cart_token"]
        .as_str()
        .expect("a guest gets a token")
        .to_owned();
    let path = format!("/v1/cart/items/{}", goods.variant);
    let patched = shop
        .call("PATCH", &path)
        .header("x-cart-token", &token)
        .json(&json!({ "quantity": 5 }))
        .send()
        .expect(200);
    assert_eq!(patched["lines"][0]["quantity"], 5);
    let seen = shop
        .get("/v1/cart")
        .header("x-cart-token", &token)
        .send()
        .expect(200);
    assert_eq!(seen["subtotal"]["amount"], 5 * 3_900);
    let emptied = shop
        .call("DELETE", &path)
        .header("x-cart-token", &token)
        .send()
        .expect(200);
    assert_eq!(emptied["lines"], json!([]));
    shop.call("DELETE", &path)
        .header("x-cart-token", &token)
        .send()
        .refused(404, "cart_line_not_found");
    assert_eq!(
        shopper.cart()["lines"].as_array().unwrap().len(),
        1,
        "another's cart is untouched"
    );
}
