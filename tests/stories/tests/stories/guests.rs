//! Someone buys without an account, and finds the order in the one that is made later.

use serde_json::{Value, json};
use stories::{Answer, Emulator, Goods, Seller, Shop, Shopper, order_body, until};

use crate::by_mail::mailed;

/// Someone without an account, with a cart.
struct Guest {
    shop: Shop,
    email: String,
    cart_token: String,
}

/// An order of someone without an account, and what opens it.
struct GuestOrder {
    shop: Shop,
    id: String,
    token: String,
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

impl Guest {
    /// Fills a cart, as soon as the cart knows the variant.
    #[track_caller]
    fn with(shop: &Shop, goods: &Goods, quantity: u32) -> Self {
        let add = json!({ "variant_id": goods.variant, "quantity": quantity });
        let cart = until("the cart knows the variant", || {
            let answer = shop.post("/v1/cart/items").json(&add).send();
            (answer.status == 200).then(|| answer.json())
        });
        Self {
            shop: shop.clone(),
            email: format!("guest-{}@example.com", shop.unique()),
            cart_token: text(&cart["cart_token"]),
        }
    }

    fn order_with(&self, key: &str, method: &str) -> Answer {
        let mut body = order_body(method);
        body["email"] = self.email.clone().into();
        let ask = self.shop.post("/v1/guest-orders").key(key);
        ask.header("x-cart-token", &self.cart_token)
            .json(&body)
            .send()
    }

    #[track_caller]
    fn order(&self) -> GuestOrder {
        let placed = self.order_with(&self.shop.unique(), "pm_sandbox_ok");
        let placed = placed.expect(201);
        assert_eq!(placed["order"]["status"], "placed");
        GuestOrder {
            shop: self.shop.clone(),
            id: text(&placed["order"]["id"]),
            token: text(&placed["order_token"]),
        }
    }
}

impl GuestOrder {
    fn open_with(&self, token: &str) -> Answer {
        let ask = self.shop.get(format!("/v1/guest-orders/{}", self.id));
        ask.header("x-order-token", token).send()
    }

    fn open(&self) -> Answer {
        self.open_with(&self.token)
    }

    #[track_caller]
    fn becomes(&self, status: &str) -> Value {
        until(&format!("order {} is {status}", self.id), || {
            let order = self.open().expect(200);
            (order["status"] == status).then_some(order)
        })
    }

    fn cancel(&self) -> Answer {
        let path = format!("/v1/guest-orders/{}/cancel", self.id);
        let ask = self.shop.post(path);
        ask.header("x-order-token", &self.token).send()
    }

    fn claim(&self, shopper: &Shopper) -> Answer {
        let ask = self.shop.post(format!("/v1/orders/{}/claim", self.id));
        ask.header("x-order-token", &self.token)
            .bearer(&shopper.token)
            .send()
    }
}

fn see(shopper: &Shopper, order: &GuestOrder) -> Answer {
    let ask = shopper.shop.get(format!("/v1/orders/{}", order.id));
    ask.bearer(&shopper.token).send()
}

#[test]
fn a_guest_buys_and_finds_the_order_in_the_account_that_comes_later() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Beeswax candle", 1_450, 10);
    let guest = Guest::with(&shop, &goods, 2);
    let order = guest.order();
    let confirmed = order.becomes("confirmed");
    assert_eq!(confirmed["total"]["amount"], 2_900);
    assert!(confirmed["customer_id"].is_null());
    until("the cart is empty", || {
        let cart = shop
            .get("/v1/cart")
            .header("x-cart-token", &guest.cart_token);
        (cart.send().expect(200)["lines"] == json!([])).then_some(())
    });

    let mailed_token = mailed(&shop, &guest.email, "guest-order");
    order.open_with(&mailed_token).expect(200);
    order.open_with("no token").refused(404, "order_not_found");

    let shopper = Shopper::register_with(&shop, &guest.email);
    see(&shopper, &order).refused(404, "order_not_found");
    let token = mailed(&shop, &guest.email, "verify-email");
    let verify = shop.post("/v1/auth/email-verifications");
    verify.json(&json!({ "token": token })).send().expect(204);
    until("the order is in the account", || {
        (see(&shopper, &order).status == 200).then_some(())
    });
    let list = shop.get("/v1/orders").bearer(&shopper.token).send();
    assert_eq!(list.expect(200)["data"][0]["id"], order.id.as_str());
    until("the payment is, too", || {
        (shopper.payment_of(&order.id).status == 200).then_some(())
    });
    order.open().refused(404, "order_not_found");
    order
        .open_with(&mailed_token)
        .refused(404, "order_not_found");

    seller.ship(&order.id).expect(200);
    until("the mail of the shipment is sent", || {
        let shipped = |mail: &Value| mail.to_string().contains("on its way");
        shopper.mails_of_orders().iter().any(shipped).then_some(())
    });
}

#[test]
fn a_guest_orders_once_and_changes_their_mind() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Copper kettle", 6_200, 3);
    let guest = Guest::with(&shop, &goods, 3);
    let key = shop.unique();
    let placed = guest.order_with(&key, "pm_sandbox_ok");
    let again = guest.order_with(&key, "pm_sandbox_ok");
    placed.expect(201);
    assert_eq!(again.text, placed.text);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    guest
        .order_with(&key, "pm_sandbox_slow")
        .refused(422, "idempotency_key_reused");

    let order = GuestOrder {
        shop: shop.clone(),
        id: text(&placed.json()["order"]["id"]),
        token: text(&placed.json()["order_token"]),
    };
    order.becomes("confirmed");
    assert_eq!(order.cancel().expect(200)["cancel_reason"], "customer");
    order.cancel().refused(409, "order_not_cancellable");
    until("the stock is back", || {
        (seller.stock(&goods.variant)["available"] == 3).then_some(())
    });
}

#[test]
fn a_lost_link_comes_again_and_to_nobody_else() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Pine chest", 18_000, 2);
    let guest = Guest::with(&shop, &goods, 1);
    let order = guest.order();
    order.becomes("confirmed");
    let ask = |email: &str| {
        let body = json!({ "order_id": order.id, "email": email });
        let answer = shop.post("/v1/guest-orders/links").json(&body).send();
        answer.expect(202);
        answer.text
    };
    let other = format!("other-{}@example.com", shop.unique());
    assert_eq!(ask(&other), ask(&guest.email));
    let emulator = Emulator::open(&shop);
    until("the link is mailed", || {
        let asked = |mail: &Value| mail.to_string().contains("The link to your order");
        emulator
            .mails_to(&guest.email)
            .iter()
            .any(asked)
            .then_some(())
    });
    let token = mailed(&shop, &guest.email, "guest-order");
    order.open_with(&token).expect(200);
    assert!(emulator.mails_to(&other).is_empty());
}

#[test]
fn an_order_is_claimed_by_its_link_once() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Slate board", 2_700, 2);
    let guest = Guest::with(&shop, &goods, 1);
    let order = guest.order();
    let (one, two) = (Shopper::register(&shop), Shopper::register(&shop));
    let wrong = GuestOrder {
        shop: shop.clone(),
        id: order.id.clone(),
        token: "no token".to_owned(),
    };
    wrong.claim(&one).refused(404, "order_not_found");
    assert_eq!(order.claim(&one).expect(200)["customer_id"], one.id);
    order.claim(&two).refused(404, "order_not_found");
    order.claim(&one).expect(200);
    one.order_becomes(&order.id, "confirmed");
    see(&two, &order).refused(404, "order_not_found");
    until("the payment is the account's", || {
        (one.payment_of(&order.id).status == 200).then_some(())
    });
}

#[test]
fn without_the_carts_token_a_guest_orders_nothing() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Reed basket", 3_400, 2);
    let guest = Guest::with(&shop, &goods, 1);
    let mut body = order_body("pm_sandbox_ok");
    body["email"] = guest.email.clone().into();
    let ask = || shop.post("/v1/guest-orders").key(&shop.unique());
    ask().json(&body).send().refused(404, "cart_not_found");
    let shopper = Shopper::register(&shop);
    let logged_in = ask().bearer(&shopper.token);
    logged_in.json(&body).send().refused(403, "forbidden");
    body["email"] = "no address".into();
    ask()
        .header("x-cart-token", &guest.cart_token)
        .json(&body)
        .send()
        .refused(422, "validation_failed");
}
