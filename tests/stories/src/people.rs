//! Shoppers, sellers and the admin.

use std::{thread, time::Duration};

use serde_json::{Value, json};

use crate::shop::{Answer, Shop, patiently, until};

/// What everyone logs in with.
pub const PASSWORD: &str = "correct horse battery staple";

/// A stock that a story does not want to run out.
pub const UNLIMITED: u32 = 100_000;

/// Someone with an account, logged in.
#[derive(Clone)]
pub struct Shopper {
    pub shop: Shop,
    pub id: String,
    pub email: String,
    pub token: String,
    pub refresh_token: String,
}

fn log_in(shop: &Shop, email: &str, password: &str) -> (String, String) {
    let tokens = shop
        .post("/v1/auth/login")
        .json(&json!({ "email": email, "password": password }))
        .send()
        .expect(200);
    let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
    (text("access_token"), text("refresh_token"))
}

impl Shopper {
    /// Makes an account and logs in.
    #[track_caller]
    pub fn register(shop: &Shop) -> Self {
        Self::register_with(shop, &format!("shopper-{}@example.com", shop.unique()))
    }

    /// The same with an address of one's own.
    #[track_caller]
    pub fn register_with(shop: &Shop, email: &str) -> Self {
        let body = json!({ "email": email, "password": PASSWORD, "name": "Robin Shopper" });
        let customer = shop.post("/v1/customers").json(&body).send().expect(201);
        let (token, refresh_token) = log_in(shop, email, PASSWORD);
        let id = customer["id"].as_str().expect("an id").to_owned();
        Self {
            shop: shop.clone(),
            id,
            email: email.to_owned(),
            token,
            refresh_token,
        }
    }

    /// Logs in again: roles are in the token.
    pub fn log_in_again(&mut self) {
        (self.token, self.refresh_token) = log_in(&self.shop, &self.email, PASSWORD);
    }

    /// Lays pieces of a variant into the cart, as soon as the cart knows the variant.
    #[track_caller]
    pub fn add_to_cart(&self, variant: &str, quantity: u32) -> Value {
        until("the cart knows the variant", || {
            let answer = self
                .shop
                .post("/v1/cart/items")
                .bearer(&self.token)
                .json(&json!({ "variant_id": variant, "quantity": quantity }))
                .send();
            if answer.status == 404 {
                None
            } else {
                Some(answer.expect(200))
            }
        })
    }

    pub fn cart(&self) -> Value {
        self.shop
            .get("/v1/cart")
            .bearer(&self.token)
            .send()
            .expect(200)
    }

    /// Sends the cart's order under a key.
    pub fn order_with(&self, key: &str, method: &str) -> Answer {
        self.shop
            .post("/v1/orders")
            .bearer(&self.token)
            .key(key)
            .json(&order_body(method))
            .send()
    }

    /// Orders the cart.
    #[track_caller]
    pub fn order(&self, method: &str) -> String {
        placed(&self.order_with(&self.shop.unique(), method))
    }

    /// Orders the cart; what follows carries this correlation id.
    #[track_caller]
    pub fn order_in(&self, correlation_id: &str, method: &str) -> String {
        let ask = self.shop.post("/v1/orders").bearer(&self.token);
        let ask = ask.key(correlation_id);
        let ask = ask.header("x-correlation-id", correlation_id);
        placed(&ask.json(&order_body(method)).send())
    }

    /// Puts pieces of a variant into the cart and orders them.
    #[track_caller]
    pub fn buy(&self, variant: &str, quantity: u32, method: &str) -> String {
        self.add_to_cart(variant, quantity);
        self.order(method)
    }

    pub fn see_order(&self, id: &str) -> Value {
        self.shop
            .get(format!("/v1/orders/{id}"))
            .bearer(&self.token)
            .send()
            .expect(200)
    }

    /// Waits until an order has this status.
    #[track_caller]
    pub fn order_becomes(&self, id: &str, status: &str) -> Value {
        until(&format!("order {id} is {status}"), || {
            let order = self.see_order(id);
            (order["status"] == status).then_some(order)
        })
    }

    /// Waits until an order is confirmed or cancelled.
    #[track_caller]
    pub fn order_ends(&self, id: &str) -> Value {
        until(&format!("order {id} is confirmed or cancelled"), || {
            let order = self.see_order(id);
            matches!(order["status"].as_str(), Some("confirmed" | "cancelled")).then_some(order)
        })
    }

    /// Waits longer for an order's end: for hundreds of sagas at once, or for a watchdog.
    #[track_caller]
    pub fn order_ends_late(&self, id: &str) -> Value {
        patiently(
            Duration::from_mins(4),
            &format!("order {id} has ended"),
            || {
                let order = self.see_order(id);
                matches!(order["status"].as_str(), Some("confirmed" | "cancelled")).then_some(order)
            },
        )
    }

    /// The payment of an order: it shares the order's bits.
    pub fn payment_of(&self, order: &str) -> Answer {
        let id = order.replacen("ord_", "pay_", 1);
        self.shop
            .get(format!("/v1/payments/{id}"))
            .bearer(&self.token)
            .send()
    }

    /// Waits until the payment of an order stands there; the payment.
    #[track_caller]
    pub fn payment_becomes(&self, order: &str, status: &str) -> Value {
        until(&format!("the payment of {order} is {status}"), || {
            let payment = self.payment_of(order).expect(200);
            (payment["status"] == status).then_some(payment)
        })
    }

    /// The mails that have been sent to this shopper, oldest first.
    pub fn mails(&self) -> Vec<Value> {
        crate::Emulator::open(&self.shop).mails_to(&self.email)
    }

    /// Those about orders: an account has a mail of its own, to verify the address.
    pub fn mails_of_orders(&self) -> Vec<Value> {
        let mut mails = self.mails();
        mails.retain(|mail| !mail.to_string().contains("#token="));
        mails
    }
}

#[track_caller]
fn placed(answer: &Answer) -> String {
    let order = answer.expect(201);
    assert_eq!(order["status"], "placed");
    order["id"].as_str().expect("an id").to_owned()
}

/// What goes into `POST /v1/orders`.
pub fn order_body(method: &str) -> Value {
    json!({
        "shipping_address": {
            "name": "Robin Shopper", "line1": "1 Market Square", "city": "Utrecht",
            "postal_code": "3511 AB", "country": "NL",
        },
        "payment_method": method,
    })
}

/// The admin that `make up` has made.
pub struct Admin {
    pub shop: Shop,
    pub token: String,
}

impl Admin {
    pub fn log_in(shop: &Shop) -> Self {
        let admin = &shop.platform["admin"];
        let text = |name: &str| admin[name].as_str().unwrap_or_default();
        let (token, _) = log_in(shop, text("email"), text("password"));
        Self {
            shop: shop.clone(),
            token,
        }
    }

    pub fn give_roles(&self, customer: &str, roles: &[&str]) -> Answer {
        let body = json!({ "roles": roles });
        self.shop
            .call("PUT", format!("/v1/customers/{customer}/roles"))
            .bearer(&self.token)
            .json(&body)
            .send()
    }
}

/// Someone who sells.
#[derive(Clone)]
pub struct Seller {
    pub person: Shopper,
}

/// One variant in the shop.
#[derive(Debug, Clone)]
pub struct Goods {
    pub product: String,
    pub variant: String,
}

impl Seller {
    /// Makes an account and has the admin make it a seller's.
    #[track_caller]
    pub fn open(shop: &Shop) -> Self {
        let mut person = Shopper::register(shop);
        Admin::log_in(shop)
            .give_roles(&person.id, &["customer", "seller"])
            .expect(200);
        person.log_in_again();
        Self { person }
    }

    pub fn shop(&self) -> &Shop {
        &self.person.shop
    }

    /// A product of one variant, as a draft.
    #[track_caller]
    pub fn draft(&self, title: &str, cents: u64) -> Value {
        let body = json!({
            "title": title, "description": "Good to have.", "category": "stories", "tags": ["story"],
            "variants": [{ "price": { "amount": cents, "currency": "EUR" } }],
        });
        self.shop()
            .post("/v1/products")
            .bearer(&self.person.token)
            .json(&body)
            .send()
            .expect(201)
    }

    #[track_caller]
    pub fn publish(&self, product: &str) -> Value {
        self.shop()
            .post(format!("/v1/products/{product}/publish"))
            .bearer(&self.person.token)
            .send()
            .expect(200)
    }

    #[track_caller]
    pub fn receive(&self, variant: &str, quantity: u32) -> Value {
        self.shop()
            .post(format!("/v1/stock/{variant}/receipts"))
            .bearer(&self.person.token)
            .json(&json!({ "quantity": quantity }))
            .send()
            .expect(201)
    }

    pub fn stock(&self, variant: &str) -> Value {
        self.shop()
            .get(format!("/v1/stock/{variant}"))
            .bearer(&self.person.token)
            .send()
            .expect(200)
    }

    /// A product of one variant in the shop, with stock.
    #[track_caller]
    pub fn offer(&self, title: &str, cents: u64, stock: u32) -> Goods {
        let product = self.draft(&format!("{title} {}", self.shop().unique()), cents);
        let text = |value: &Value| value.as_str().expect("an id").to_owned();
        let (product, variant) = (text(&product["id"]), text(&product["variants"][0]["id"]));
        self.publish(&product);
        if stock > 0 {
            self.receive(&variant, stock);
        }
        Goods { product, variant }
    }

    pub fn ship(&self, order: &str) -> Answer {
        self.shop()
            .post(format!("/v1/orders/{order}/ship"))
            .bearer(&self.person.token)
            .send()
    }
}

/// Does something on several threads at once and collects what came of it, in order.
pub fn at_once<T: Send, R: Send>(
    things: Vec<T>,
    threads: usize,
    each: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let mut piles: Vec<Vec<(usize, T)>> = (0..threads).map(|_| Vec::new()).collect();
    for (i, thing) in things.into_iter().enumerate() {
        piles[i % threads].push((i, thing));
    }
    let each = &each;
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let running: Vec<_> = piles
            .into_iter()
            .map(|pile| {
                scope.spawn(move || {
                    pile.into_iter()
                        .map(|(i, thing)| (i, each(thing)))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        running
            .into_iter()
            .flat_map(|thread| thread.join().expect("a thread that ends well"))
            .collect()
    });
    done.sort_by_key(|(i, _)| *i);
    done.into_iter().map(|(_, result)| result).collect()
}
