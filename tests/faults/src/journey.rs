//! A day in the marketplace that goes through every function of the platform.

mod addresses;
pub mod administration;
mod api_keys;
pub mod audit;
pub mod business;
pub mod by_mail;
pub mod credit;
pub mod disputes;
pub mod documents;
mod evening;
pub mod guests;
pub mod payments;
pub mod payouts;
pub mod returns;
pub mod roles;
pub mod rounds;
mod second_factor;
pub(crate) mod selling;
pub mod stock;

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use testkit::{Answer, Ask};

pub use self::{api_keys::MachineKey, evening::evening, second_factor::App};
use crate::World;

pub const PASSWORD: &str = "correct horse battery staple";
const NEXT_PASSWORD: &str = "incorrect horse battery staple";
const PHONE: &str = "442079460000";
const NAME: &str = "Wilhelmina Ottersworth";
const STREET: &str = "1 Observatory Quay";

/// What must never be in a log: the values above, and how every token begins.
pub(crate) const SECRETS: &[&str] = &[
    PASSWORD,
    NEXT_PASSWORD,
    NAME,
    STREET,
    PHONE,
    business::IBAN,
    business::VAT_NUMBER,
    "@example.com",
    "eyJ",
    "otpauth:",
    "$argon2",
    "#token=",
    "souk_A",
];

/// Someone with an account, logged in.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: String,
    pub email: String,
    pub token: String,
    pub refresh_token: String,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub fn ok(answer: Answer, status: u16) -> Answer {
    assert_eq!(answer.status, status, "{}", answer.text);
    answer
}

impl Person {
    /// Logs in.
    pub async fn log_in(world: &mut World, id: &str, email: &str) -> Self {
        let body = json!({ "email": email, "password": PASSWORD });
        let tokens = world.send("log-in", Ask::post("/v1/auth/login").json(&body));
        let tokens = ok(tokens.await, 200).body;
        Self {
            id: id.to_owned(),
            email: email.to_owned(),
            token: text(&tokens["access_token"]),
            refresh_token: text(&tokens["refresh_token"]),
        }
    }

    /// Makes an account and logs in.
    pub async fn register(world: &mut World, who: &str) -> Self {
        let email = format!("{who}@example.com");
        let body = json!({ "email": email, "password": PASSWORD, "name": NAME });
        let ask = Ask::post("/v1/customers").key(&format!("register {who}"));
        let customer = ok(world.send("register-customer", ask.json(&body)).await, 201);
        Self::log_in(world, &text(&customer.body["id"]), &email).await
    }

    /// The request by which pieces are laid into the cart.
    pub fn adds(&self, variant: &str, quantity: u32, key: &str) -> Ask {
        let body = json!({ "variant_id": variant, "quantity": quantity });
        let ask = Ask::post("/v1/cart/items").by(&self.token).key(key);
        ask.json(&body)
    }

    /// Lays pieces into the cart.
    pub async fn add(&self, world: &mut World, variant: &str, quantity: u32, key: &str) -> Answer {
        world
            .send("add-cart-item", self.adds(variant, quantity, key))
            .await
    }

    /// Orders what is in the cart.
    pub async fn order(&self, world: &mut World, method: &str, key: &str) -> Answer {
        let ask = Ask::post("/v1/orders").by(&self.token).key(key);
        world.send("place-order", ask.json(&order(method))).await
    }

    /// Buys pieces of a variant, and returns the order's id.
    pub async fn buy(
        &self,
        world: &mut World,
        variant: &str,
        quantity: u32,
        method: &str,
    ) -> String {
        let id: kernel::EventId = world.stage.ids.fresh(world.stage.clock.now());
        ok(
            self.add(world, variant, quantity, &format!("add {id}"))
                .await,
            200,
        );
        let order = self.order(world, method, &format!("order {id}")).await;
        text(&ok(order, 201).body["id"])
    }

    /// An order as its customer sees it.
    pub async fn see(&self, world: &mut World, order: &str) -> Value {
        let ask = Ask::get(&format!("/v1/orders/{order}")).by(&self.token);
        ok(world.send("get-order", ask).await, 200).body
    }

    /// The cart.
    pub async fn cart(&self, world: &mut World) -> Value {
        let ask = Ask::get("/v1/cart").by(&self.token);
        ok(world.send("get-cart", ask).await, 200).body
    }

    /// Cancels an order.
    pub async fn cancel(&self, world: &mut World, order: &str) -> Answer {
        let ask = Ask::post(&format!("/v1/orders/{order}/cancel")).by(&self.token);
        world
            .send("cancel-order", ask.key(&format!("cancel {order}")))
            .await
    }

    /// Ships this seller's part of an order.
    pub async fn ship(&self, world: &mut World, order: &str) -> Answer {
        let ask = Ask::post(&format!("/v1/orders/{order}/ship")).by(&self.token);
        world
            .send("ship-order", ask.key(&format!("ship {order}")))
            .await
    }

    /// Does something with the part of an order that this seller ships: what the function's name begins with.
    pub async fn part(&self, world: &mut World, function: &'static str, order: &str, body: &Value) {
        let verb = function.split('-').next().unwrap_or_default();
        let ask = Ask::post(&format!("/v1/orders/{order}/{verb}")).by(&self.token);
        let ask = ask.key(&format!("{verb} {order} {body}")).json(body);
        ok(world.send(function, ask).await, 200);
    }

    /// Books pieces of a variant.
    pub async fn receive(&self, world: &mut World, variant: &str, quantity: u32, key: &str) {
        let ask = Ask::post(&format!("/v1/stock/{variant}/receipts")).by(&self.token);
        let ask = ask.key(key).json(&json!({ "quantity": quantity }));
        ok(world.send("receive-stock", ask).await, 201);
    }

    /// What there is of a variant.
    pub async fn stock(&self, world: &mut World, variant: &str) -> Value {
        let ask = Ask::get(&format!("/v1/stock/{variant}")).by(&self.token);
        ok(world.send("get-stock", ask).await, 200).body
    }
}

/// Lets the watchdog look after orders that wait, once their patience is over.
pub async fn watch(world: &mut World) {
    world
        .tick("watch-stuck-orders", Duration::from_mins(11))
        .await;
    world.settle().await;
}

/// What goes into `POST /v1/orders`.
pub fn order(method: &str) -> Value {
    json!({
        "shipping_address": {
            "name": NAME, "line1": STREET, "city": "Utrecht", "postal_code": "3511 AB", "country": "NL",
        },
        "payment_method": method,
    })
}

/// The first admin, logged in; made where there is none.
pub async fn admin(world: &mut World) -> Person {
    let email = "root@example.com";
    let who = json!({ "email": email, "password": PASSWORD, "name": NAME });
    world.call("create-first-admin", who).await;
    Person::log_in(world, "", email).await
}

/// A seller, the first admin being made for it where there is none.
pub async fn seller(world: &mut World, who: &str) -> Person {
    let root = admin(world).await;
    promote(world, &root, who).await
}

/// The same, and the admin.
pub async fn seller_and_admin(world: &mut World, who: &str) -> (Person, Person) {
    let root = admin(world).await;
    (promote(world, &root, who).await, root)
}

/// A seller, made one by the admin.
pub(crate) async fn promote(world: &mut World, root: &Person, who: &str) -> Person {
    with_roles(world, root, who, &["customer", "seller"]).await
}

/// Someone with these roles.
pub(crate) async fn with_roles(
    world: &mut World,
    root: &Person,
    who: &str,
    roles: &[&str],
) -> Person {
    let person = Person::register(world, who).await;
    let path = format!("/v1/customers/{}/roles", person.id);
    let ask = Ask::new("PUT", &path)
        .by(&root.token)
        .key(&format!("promote {who}"));
    let ask = ask.json(&json!({ "roles": roles }));
    ok(world.send("change-customer-roles", ask).await, 200);
    Person::log_in(world, &person.id, &person.email).await
}

/// Whom a token names.
pub(crate) fn subject(token: &str) -> String {
    text(&claims(token)["sub"])
}

/// By which log-in a token came.
pub(crate) fn session(token: &str) -> String {
    text(&claims(token)["sid"])
}

fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).unwrap_or_default();
    let claims = URL_SAFE_NO_PAD.decode(claims).unwrap_or_default();
    serde_json::from_slice(&claims).unwrap_or_default()
}

/// A shopper.
pub async fn shopper(world: &mut World, who: &str) -> Person {
    Person::register(world, who).await
}

/// What goes into `POST /v1/products`.
pub(crate) fn product(title: &str) -> Value {
    json!({
        "title": title, "description": "For tests.", "category": "lights", "tags": ["new"],
        "variants": [{ "price": { "amount": 1_250, "currency": "EUR" } }],
    })
}

/// A product in the shop, with so many pieces of its one variant; the variant's id.
pub async fn offer(world: &mut World, seller: &Person, title: &str, pieces: u32) -> String {
    let ask = Ask::post("/v1/products").by(&seller.token);
    let ask = ask.key(&format!("create {title}")).json(&product(title));
    let product = ok(world.send("create-product", ask).await, 201).body;
    let path = format!("/v1/products/{}/publish", text(&product["id"]));
    let ask = Ask::post(&path)
        .by(&seller.token)
        .key(&format!("publish {title}"));
    ok(world.send("publish-product", ask).await, 200);
    let variant = text(&product["variants"][0]["id"]);
    if pieces > 0 {
        seller
            .receive(world, &variant, pieces, &format!("receive {title}"))
            .await;
    }
    world.settle().await;
    variant
}

pub(crate) const FILE: &str = "\
Handle,Title,Body (HTML),Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price
lantern,Lantern,Bright,lights,new,true,Size,Small,LA-S,5,10.00
lantern,,,,,,,Large,LA-L,6,12.00
broken,Broken,,lights,,true,,,BR-1,1,free
candle,Candle,Dim,lights,,false,,,CA-1,7,3.50
";

/// Goes through every function.
pub async fn journey(world: &mut World) {
    let root = admin(world).await;
    let one = promote(world, &root, "one").await;
    let two = promote(world, &root, "two").await;
    let shopper = Person::register(world, "shopper").await;
    world.settle().await;
    // Not the shopper, who goes on: who has logged out does not.
    let restless = Person::register(world, "restless").await;
    sessions(world, &restless).await;
    locked_out(world, &root).await;
    administration::administer(world, &root).await;
    roles::roles(world, &root).await;
    let goods = catalogue(world, &one).await;
    let others = offer(world, &two, "Other goods", 20).await;
    imports(world, &one).await;
    carts(world, &shopper, &goods, &others).await;
    let address = addresses::address_book(world, &shopper, &root).await;
    orders(world, &shopper, [&one, &two], &goods, &others).await;
    addresses::order_by_the_book(world, &shopper, &others, &address).await;
    payments::payments(world, &root, &shopper, &one).await;
    returns::returns(world, &shopper, &two).await;
    disputes::taken_back(world, &root, &shopper, &two).await;
    documents::papers(world, &shopper, &two).await;
    trouble(world, &shopper, &goods).await;
    payments::attempts(world, &shopper, &one).await;
    credit::spent(world, &root, &shopper, &one).await;
    // What was just done is in the audit logs soon.
    rounds::rounds(world, &["find-unrelayed-commands"], Duration::from_mins(2)).await;
    // What waits in the warehouse by now was written long enough ago to be looked at.
    rounds::rounds(world, &rounds::RECONCILERS, Duration::from_mins(16)).await;
    assert!(world.events("stock.discrepancy-found.v1").is_empty());
    api_keys::keys(world).await;
    // The time goes on with each code, and what was logged out before is out then.
    second_factor::second_factors(world, &root).await;
    selling::selling(world, &root, &shopper).await;
    gateway(world, &root).await;
    audit::look_and_prove(world, &root).await;
    business::business(world, &one, &root).await;
    guests::guests(world, &two).await;
    // A month goes by.
    by_mail::by_mail(world).await;
    payouts::paid_out(world, &root, &one).await;
}

async fn sessions(world: &mut World, shopper: &Person) {
    let ask = Ask::get("/v1/customers/me").by(&shopper.token);
    ok(world.send("get-own-profile", ask).await, 200);
    let ask = Ask::new("PATCH", "/v1/customers/me").by(&shopper.token);
    let change =
        json!({ "phone": "+44 20 7946 0000", "locale": "en-GB", "marketing_consent": true });
    let ask = ask.key("describe").json(&change);
    ok(world.send("change-own-profile", ask).await, 200);

    // A forgotten device is logged out, the password changed, and with it a third device.
    let forgotten = Person::log_in(world, &shopper.id, &shopper.email).await;
    let third = Person::log_in(world, &shopper.id, &shopper.email).await;
    let list = Ask::get("/v1/customers/me/sessions").by(&forgotten.token);
    let list = ok(world.send("list-own-sessions", list).await, 200).body;
    let list = list["data"].as_array().unwrap();
    let current = list.iter().find(|one| one["current"] == true).unwrap();
    let path = format!("/v1/customers/me/sessions/{}", text(&current["id"]));
    let ask = Ask::new("DELETE", &path).by(&shopper.token).key("revoke");
    ok(world.send("revoke-own-session", ask).await, 204);
    let ask = Ask::new("PUT", "/v1/customers/me/password").by(&shopper.token);
    let change = json!({ "current_password": PASSWORD, "new_password": NEXT_PASSWORD });
    let ask = ask.key("another password").json(&change);
    ok(world.send("change-own-password", ask).await, 204);
    for gone in [&forgotten, &third] {
        let ask = Ask::post("/v1/auth/refresh");
        let ask = ask.json(&json!({ "refresh_token": gone.refresh_token }));
        ok(world.send("refresh-session", ask).await, 401);
    }

    let ask =
        Ask::post("/v1/auth/refresh").json(&json!({ "refresh_token": shopper.refresh_token }));
    let tokens = ok(world.send("refresh-session", ask).await, 200).body;
    let ask = Ask::post("/v1/auth/logout").by(&text(&tokens["access_token"]));
    ok(world.send("log-out", ask.key("log out here")).await, 204);
}

async fn locked_out(world: &mut World, root: &Person) {
    let suspect = Person::register(world, "suspect").await;
    let path = format!("/v1/customers/{}", suspect.id);
    let seen = Ask::get(&path).by(&root.token);
    ok(world.send("get-customer", seen).await, 200);
    let ask = Ask::post(&format!("{path}/logout")).by(&root.token);
    ok(
        world.send("log-out-customer", ask.key("log out")).await,
        200,
    );
    let ask = Ask::post(&format!("{path}/block")).by(&root.token);
    let ask = ask
        .key("block")
        .json(&json!({ "reason": "Pays with cards of others." }));
    ok(world.send("block-customer", ask).await, 200);
    let ask = Ask::post(&format!("{path}/unblock")).by(&root.token);
    ok(
        world.send("unblock-customer", ask.key("unblock")).await,
        200,
    );
}

/// A product, made, changed and published; the variant that is sold.
async fn catalogue(world: &mut World, seller: &Person) -> String {
    let goods = offer(world, seller, "Goods", 0).await;
    seller.receive(world, &goods, 30, "first pieces").await;
    world.settle().await;
    let listed = ok(
        world
            .send("list-products", Ask::get("/v1/products?limit=5"))
            .await,
        200,
    );
    let id = text(&listed.body["data"][0]["id"]);
    let seen = ok(
        world
            .send("get-product", Ask::get(&format!("/v1/products/{id}")))
            .await,
        200,
    );
    let ask = Ask::new("PATCH", &format!("/v1/products/{id}")).by(&seller.token);
    let ask = ask.header("if-match", seen.header("etag")).key("retitle");
    let ask = ask.body(
        "application/merge-patch+json",
        json!({ "title": "Better goods" }).to_string(),
    );
    ok(world.send("update-product", ask).await, 200);
    world.settle().await;
    assert_eq!(seller.stock(world, &goods).await["available"], 30);
    stock::look_after(world, seller, &goods).await;
    goods
}

async fn imports(world: &mut World, seller: &Person) {
    let ask = Ask::post("/v1/product-imports?currency=EUR")
        .by(&seller.token)
        .key("import");
    let import = world
        .send("import-products", ask.body("text/csv", FILE))
        .await;
    let path = text(&ok(import, 202).headers["location"]);
    world.settle().await;
    let ask = Ask::get(&path).by(&seller.token);
    let import = ok(world.send("get-product-import", ask).await, 200).body;
    assert_eq!(
        (&import["status"], &import["created"], &import["failed"]),
        (&"completed".into(), &2.into(), &1.into()),
        "{import}"
    );

    let ask = Ask::post("/v1/product-imports/uploads")
        .by(&seller.token)
        .key("upload");
    let upload = ok(world.send("start-import-upload", ask).await, 201).body;
    let bucket = "local-souk-imports-000000000000";
    let key = text(&upload["fields"]["key"]);
    let file = FILE.replace("10.00", "11.00").into_bytes();
    let path = format!("{bucket}/{key}");
    world
        .upload("start-import-upload", &path, "text/csv", file)
        .await;
    world.settle().await;
}

async fn carts(world: &mut World, shopper: &Person, goods: &str, others: &str) {
    let mut guest = guests::Guest::new("guest");
    guest.add(world, goods, 1).await;
    assert_eq!(guest.cart(world).await["lines"][0]["quantity"], 1);

    ok(shopper.add(world, goods, 2, "goods").await, 200);
    for key in ["logged in", "another tab"] {
        let merged = guest.merge(world, shopper, "sum", key).await;
        assert_eq!(ok(merged, 200).body["cart"]["lines"][0]["quantity"], 3);
    }
    assert_eq!(guest.cart(world).await["lines"], json!([]));
    ok(shopper.add(world, others, 1, "others").await, 200);
    let path = format!("/v1/cart/items/{goods}");
    let ask = Ask::new("PATCH", &path).by(&shopper.token).key("four");
    let ask = ask.json(&json!({ "quantity": 4 }));
    ok(world.send("change-cart-item", ask).await, 200);
    let path = format!("/v1/cart/items/{others}");
    let ask = Ask::new("DELETE", &path).by(&shopper.token).key("none");
    ok(world.send("remove-cart-item", ask).await, 200);
    ok(shopper.add(world, others, 2, "two others").await, 200);
    let cart = shopper.cart(world).await;
    assert_eq!(cart["subtotal"]["amount"], 6 * 1_250);
}

/// An order of two sellers' goods, to its end; one that is declined, one that is cancelled.
async fn orders(
    world: &mut World,
    shopper: &Person,
    sellers: [&Person; 2],
    goods: &str,
    others: &str,
) {
    let order = shopper.order(world, "pm_sandbox_ok", "first order").await;
    let order = text(&ok(order, 201).body["id"]);
    world.settle().await;
    let seen = shopper.see(world, &order).await;
    assert_eq!(seen["status"], "confirmed", "{seen}");
    let payment = order.replacen("ord_", "pay_", 1);
    let ask = Ask::get(&format!("/v1/payments/{payment}")).by(&shopper.token);
    assert_eq!(
        ok(world.send("get-payment", ask).await, 200).body["status"],
        "authorized"
    );
    let ask = Ask::get(&format!("/v1/orders/{order}/transitions")).by(&shopper.token);
    let next = ok(world.send("list-order-transitions", ask).await, 200).body;
    assert_eq!(next["transitions"][0]["allowed"], true, "{next}");
    let parcel = json!({
        "lines": [{ "variant_id": goods, "quantity": 1 }], "carrier": "Post", "tracking_number": "3SABC1",
    });
    sellers[0]
        .part(world, "accept-order", &order, &json!({}))
        .await;
    sellers[0].part(world, "ship-order", &order, &parcel).await;
    for seller in sellers {
        ok(seller.ship(world, &order).await, 200);
        world.settle().await;
    }
    assert_eq!(shopper.see(world, &order).await["status"], "shipped");
    for seller in sellers {
        seller
            .part(world, "deliver-order", &order, &json!({}))
            .await;
    }
    world.settle().await;
    assert_eq!(shopper.see(world, &order).await["status"], "delivered");

    ok(shopper.add(world, others, 1, "for the one").await, 200);
    let halved = shopper.buy(world, goods, 2, "pm_sandbox_ok").await;
    world.settle().await;
    let one = json!({ "lines": [{ "variant_id": goods, "quantity": 1 }] });
    shopper.part(world, "cancel-order", &halved, &one).await;
    let sorry = json!({ "reason": "Broken on the shelf." });
    sellers[1]
        .part(world, "reject-order", &halved, &sorry)
        .await;
    ok(sellers[0].ship(world, &halved).await, 200);
    world.settle().await;
    let seen = shopper.see(world, &halved).await;
    let counts = |line: &Value| [line["shipped"].clone(), line["cancelled"].clone()];
    let counts: Vec<_> = seen["lines"]
        .as_array()
        .into_iter()
        .flatten()
        .map(counts)
        .collect();
    assert_eq!(seen["status"], "shipped", "{seen}");
    assert_eq!(json!(counts), json!([[0, 1], [1, 1]]), "{seen}");

    let declined = shopper.buy(world, goods, 1, "pm_sandbox_declined").await;
    world.settle().await;
    assert_eq!(
        shopper.see(world, &declined).await["cancel_reason"],
        "payment_declined"
    );

    let regretted = shopper.buy(world, others, 1, "pm_sandbox_ok").await;
    world.settle().await;
    ok(shopper.cancel(world, &regretted).await, 200);
    world.settle().await;
    assert_eq!(
        shopper.see(world, &regretted).await["cancel_reason"],
        "customer"
    );

    let greedy = shopper.buy(world, goods, 900, "pm_sandbox_ok").await;
    world.settle().await;
    assert_eq!(
        shopper.see(world, &greedy).await["cancel_reason"],
        "out_of_stock"
    );

    for method in [
        "pm_sandbox_lost_reply",
        "pm_sandbox_flaky",
        "pm_sandbox_slow",
    ] {
        let order = shopper.buy(world, goods, 1, method).await;
        world.settle().await;
        assert_eq!(
            shopper.see(world, &order).await["status"],
            "confirmed",
            "{method}"
        );
    }
    let ask = Ask::get("/v1/orders?limit=3").by(&shopper.token);
    assert_eq!(
        ok(world.send("list-orders", ask).await, 200).body["has_more"],
        true
    );
    let ask = Ask::get("/v1/orders?as=seller").by(&sellers[0].token);
    ok(world.send("list-orders", ask).await, 200);
}

/// An order that nobody pays, and one that the watchdog helps.
async fn trouble(world: &mut World, shopper: &Person, goods: &str) {
    let unheard = (
        "order.stock-reserved.v1".to_owned(),
        "authorize-payment-on-order-stock-reserved",
    );
    world.lost.insert(unheard.clone());
    let abandoned = shopper.buy(world, goods, 1, "pm_sandbox_ok").await;
    world.settle().await;
    world
        .tick("expire-reservations", Duration::from_mins(16))
        .await;
    world.settle().await;
    assert_eq!(
        shopper.see(world, &abandoned).await["cancel_reason"],
        "expired"
    );

    let stuck = shopper.buy(world, goods, 1, "pm_sandbox_ok").await;
    world.settle().await;
    world.lost.remove(&unheard);
    world
        .tick("watch-stuck-orders", Duration::from_mins(11))
        .await;
    world.settle().await;
    assert_eq!(shopper.see(world, &stuck).await["status"], "confirmed");
}

async fn gateway(world: &mut World, root: &Person) {
    ok(
        world.send("check-health", Ask::get("/v1/health")).await,
        200,
    );
    let root = Person::log_in(world, &root.id, &root.email).await;
    let ask = Ask::get("/v1/health").by(&root.token);
    ok(world.send("check-health", ask).await, 200);
    ok(
        world
            .send("get-openapi", Ask::get("/v1/openapi.json"))
            .await,
        200,
    );
    ok(world.send("get-docs", Ask::get("/docs")).await, 200);
    ok(
        world
            .send("get-jwks", Ask::get("/.well-known/jwks.json"))
            .await,
        200,
    );
    ok(
        world
            .send("refuse-unknown-route", Ask::get("/v1/nothing"))
            .await,
        404,
    );
}
