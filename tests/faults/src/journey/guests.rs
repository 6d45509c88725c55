//! Someone buys without an account, finds the order by the link, and makes an account after all.

use serde_json::{Value, json};
use testkit::{Answer, Ask};

use super::{Person, by_mail::mailed, by_mail::public, ok, order, text};
use crate::World;

/// Someone without an account.
#[derive(Debug, Clone)]
pub struct Guest {
    pub email: String,
    cart_token: Option<String>,
}

/// An order that a guest has placed.
#[derive(Debug, Clone)]
pub struct GuestOrder {
    pub id: String,
    pub token: String,
}

impl GuestOrder {
    /// A request about it, with its link.
    pub fn ask(&self, method: &str, collection: &str, end: &str) -> Ask {
        let path = format!("/v1/{collection}/{}{end}", self.id);
        Ask::new(method, &path).header("x-order-token", &self.token)
    }

    /// Looks at it by its link.
    pub async fn look(&self, world: &mut World) -> Answer {
        let ask = self.ask("GET", "guest-orders", "");
        world.send("get-guest-order", ask).await
    }

    /// Cancels it by its link.
    pub async fn cancel(&self, world: &mut World, key: &str) -> Answer {
        let ask = self.ask("POST", "guest-orders", "/cancel").key(key);
        world.send("cancel-guest-order", ask).await
    }

    /// The request by which someone takes it over.
    pub fn claim_by(&self, person: &Person) -> Ask {
        self.ask("POST", "orders", "/claim").by(&person.token)
    }

    /// Takes it over.
    pub async fn claim(&self, world: &mut World, person: &Person, key: &str) -> Answer {
        let ask = self.claim_by(person).key(key);
        world.send("claim-order", ask).await
    }

    /// The payment of it, as someone sees it.
    pub async fn payment(&self, world: &mut World, person: &Person) -> Answer {
        let id = self.id.replacen("ord_", "pay_", 1);
        let ask = Ask::get(&format!("/v1/payments/{id}")).by(&person.token);
        world.send("get-payment", ask).await
    }
}

impl Guest {
    /// Someone who is known by nothing yet.
    pub fn new(who: &str) -> Self {
        Self {
            email: format!("{who}@example.com"),
            cart_token: None,
        }
    }

    /// With what it sends to be known.
    pub fn sends(&self, ask: Ask) -> Ask {
        match &self.cart_token {
            Some(token) => ask.header("x-cart-token", token),
            None => ask,
        }
    }

    /// Lays pieces into the cart.
    pub async fn add(&mut self, world: &mut World, variant: &str, quantity: u32) {
        let id: kernel::EventId = world.stage.ids.fresh(world.stage.clock.now());
        let ask = self.sends(Ask::post("/v1/cart/items").key(&format!("add {id}")));
        let body = json!({ "variant_id": variant, "quantity": quantity });
        let cart = ok(world.send("add-cart-item", ask.json(&body)).await, 200).body;
        if let Some(token) = cart["cart_token"].as_str() {
            self.cart_token = Some(token.to_owned());
        }
    }

    /// The request that orders the cart.
    pub fn order_ask(&self, method: &str, key: &str) -> Ask {
        let ask = self.sends(Ask::post("/v1/guest-orders").key(key));
        ask.json(&guest_order(&self.email, method))
    }

    /// Orders pieces of a variant.
    pub async fn buy(
        &mut self,
        world: &mut World,
        variant: &str,
        method: &str,
        key: &str,
    ) -> GuestOrder {
        self.add(world, variant, 1).await;
        let ask = self.order_ask(method, key);
        let placed = ok(world.send("place-guest-order", ask).await, 201).body;
        placed_order(&placed)
    }

    /// The request by which someone takes the cart over.
    pub fn merge_ask(&self, person: &Person, strategy: &str, key: &str) -> Ask {
        let ask = self.sends(Ask::post("/v1/cart/merge").by(&person.token).key(key));
        ask.json(&json!({ "strategy": strategy }))
    }

    /// Has someone take the cart over.
    pub async fn merge(
        &self,
        world: &mut World,
        person: &Person,
        strategy: &str,
        key: &str,
    ) -> Answer {
        let ask = self.merge_ask(person, strategy, key);
        world.send("merge-cart", ask).await
    }

    /// The cart.
    pub async fn cart(&self, world: &mut World) -> Value {
        let ask = self.sends(Ask::get("/v1/cart"));
        ok(world.send("get-cart", ask).await, 200).body
    }
}

/// The order that an answer shows, with its token.
pub fn placed_order(placed: &Value) -> GuestOrder {
    GuestOrder {
        id: text(&placed["order"]["id"]),
        token: text(&placed["order_token"]),
    }
}

/// What goes into `POST /v1/guest-orders`.
pub fn guest_order(email: &str, method: &str) -> Value {
    let mut body = order(method);
    body["email"] = email.into();
    body
}

/// Shows to read the mail to an account's address.
pub async fn verify(world: &mut World, person: &Person) {
    let token = mailed(world, &person.email, "verify-email");
    let body = json!({ "token": token });
    let key = format!("verify {}", person.email);
    ok(public(world, "verify-email", &body, &key).await, 204);
}

/// Orders without an account: one is looked at and lost, one cancelled, one claimed by its link, the rest by mail.
pub(super) async fn guests(world: &mut World, seller: &Person) {
    let goods = super::offer(world, seller, "Goods for guests", 20).await;
    let mut guest = Guest::new("passer-by");
    let kept = guest.buy(world, &goods, "pm_sandbox_ok", "kept").await;
    world.settle().await;
    assert_eq!(guest.cart(world).await["lines"], json!([]));
    let seen = ok(kept.look(world).await, 200).body;
    assert_eq!(
        (&seen["status"], &seen["customer_id"]),
        (&"confirmed".into(), &Value::Null)
    );

    let mail = GuestOrder {
        token: mailed(world, &guest.email, "guest-order"),
        ..kept.clone()
    };
    ok(mail.look(world).await, 200);
    world.stage.clock.advance(std::time::Duration::from_secs(1));
    for email in ["nobody@example.com", &guest.email] {
        let body = json!({ "order_id": kept.id, "email": email });
        let key = format!("lost by {email}");
        ok(
            public(world, "request-guest-order-link", &body, &key).await,
            202,
        );
    }
    world.settle().await;
    let again = mailed(world, &guest.email, "guest-order");
    assert_ne!(again, mail.token, "it is good for another while");

    let regretted = guest.buy(world, &goods, "pm_sandbox_ok", "regretted").await;
    world.settle().await;
    ok(regretted.cancel(world, "regret").await, 200);
    let given = guest.buy(world, &goods, "pm_sandbox_ok", "given").await;
    world.settle().await;
    let friend = Person::register(world, "friend").await;
    ok(given.claim(world, &friend, "claim").await, 200);
    world.settle().await;
    ok(given.payment(world, &friend).await, 200);

    // Takes the cart along before it is known what was ordered.
    let mut hasty = Guest::new("hasty");
    hasty.add(world, &goods, 1).await;
    hasty.buy(world, &goods, "pm_sandbox_ok", "hasty").await;
    hasty.add(world, &goods, 1).await;
    let person = Person::register(world, "hasty").await;
    let merged = hasty.merge(world, &person, "sum", "hasty").await;
    assert_eq!(ok(merged, 200).body["cart"]["lines"][0]["quantity"], 3);
    world.settle().await;
    let left = person.cart(world).await;
    assert_eq!(left["lines"][0]["quantity"], 1, "{left}");

    let person = Person::register(world, "passer-by").await;
    world.settle().await;
    verify(world, &person).await;
    world.settle().await;
    for order in [&kept, &regretted] {
        assert_eq!(
            person.see(world, &order.id).await["customer_id"],
            person.id.as_str()
        );
        ok(order.look(world).await, 404);
    }
    ok(kept.payment(world, &person).await, 200);
}

/// Makes an account after more orders than are claimed at once.
pub(super) async fn many(world: &mut World, seller: &Person) {
    const MANY: usize = 27;
    let goods = super::offer(world, seller, "Goods for a regular guest", 60).await;
    let mut guest = Guest::new("regular");
    for number in 0..MANY {
        let key = format!("regular {number}");
        guest.buy(world, &goods, "pm_sandbox_ok", &key).await;
        world.settle().await;
    }
    let person = Person::register(world, "regular").await;
    world.settle().await;
    verify(world, &person).await;
    world.settle().await;
    let all = Ask::get("/v1/orders?limit=100").by(&person.token);
    let all = ok(world.send("list-orders", all).await, 200).body;
    assert_eq!(all["data"].as_array().map(Vec::len), Some(MANY));
}
