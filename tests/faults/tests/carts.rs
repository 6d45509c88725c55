//! A guest's cart goes into a customer's once and whole, whatever happens at the same moment; what has changed is told;
//! and a cart that nobody touches ends.

use std::time::Duration;

use faults::{
    Person, World,
    journey::{guests::Guest, ok, order},
    offer, seller, shopper,
};
use serde_json::{Value, json};
use testkit::{Answer, Ask};

const ROUNDS: u64 = 20;
const DAY: Duration = Duration::from_hours(24);

/// A customer with two pieces in the cart, and a guest with three.
struct Shop {
    world: World,
    seller: Person,
    goods: String,
    person: Person,
    guest: Guest,
}

impl Shop {
    async fn open() -> Self {
        let mut world = World::new(1);
        let seller = seller(&mut world, "seller").await;
        let goods = offer(&mut world, &seller, "Goods", 90).await;
        let person = shopper(&mut world, "customer").await;
        let mut guest = Guest::new("guest");
        ok(person.add(&mut world, &goods, 2, "own").await, 200);
        guest.add(&mut world, &goods, 3).await;
        world.settle().await;
        Self {
            world,
            seller,
            goods,
            person,
            guest,
        }
    }

    /// The same shop once more; the seed decides who comes first.
    fn round(&self, seed: u64) -> Self {
        let world = self.world.fork(seed);
        world.stage.cloud.reorder(seed);
        Self {
            world,
            seller: self.seller.clone(),
            goods: self.goods.clone(),
            person: self.person.clone(),
            guest: self.guest.clone(),
        }
    }

    /// The same, and events come thrice and in any order.
    fn unruly_round(&self, seed: u64) -> Self {
        let round = self.round(seed);
        Self {
            world: round.world.made_unruly(seed),
            ..round
        }
    }

    async fn merge(&mut self, strategy: &str, key: &str) -> Answer {
        let (guest, person) = (self.guest.clone(), self.person.clone());
        guest.merge(&mut self.world, &person, strategy, key).await
    }

    /// How many pieces lie in the customer's cart and in the guest's.
    async fn pieces(&mut self) -> (u64, u64) {
        let own = pieces(&self.person.cart(&mut self.world).await);
        (own, pieces(&self.guest.cart(&mut self.world).await))
    }
}

fn pieces(cart: &Value) -> u64 {
    let lines = cart["lines"].as_array().into_iter().flatten();
    lines.filter_map(|line| line["quantity"].as_u64()).sum()
}

fn is(answer: &Answer, status: u16, code: &str) {
    let seen = (answer.status, answer.code());
    assert_eq!(seen, (status, code), "{}", answer.text);
}

#[tokio::test(start_paused = true)]
async fn a_guests_cart_that_is_merged_many_times_at_once_goes_in_once() {
    let shop = Shop::open().await;
    for seed in 0..ROUNDS {
        let mut shop = shop.round(seed);
        // Two tabs, each of which sends it twice.
        let keys = ["one", "one", "two", "two"];
        let asks = keys.map(|key| shop.guest.merge_ask(&shop.person, "sum", key));
        let answers = shop.world.at_once("merge-cart", asks.to_vec()).await;
        for answer in &answers {
            match answer.status {
                200 => assert_eq!(pieces(&answer.body["cart"]), 5, "seed {seed}"),
                _ => is(answer, 409, "idempotency_in_flight"),
            }
        }
        assert!(answers.iter().any(|answer| answer.status == 200));
        assert_eq!(shop.pieces().await, (5, 0), "seed {seed}");
        for key in ["one", "two", "three"] {
            let again = ok(shop.merge("sum", key).await, 200);
            assert_eq!(again.body["notices"], json!([]));
        }
        assert_eq!(shop.pieces().await, (5, 0), "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_customers_who_take_over_one_cart_at_once_one_gets_it() {
    let shop = Shop::open().await;
    for seed in 0..ROUNDS {
        let mut shop = shop.round(seed);
        let other = shopper(&mut shop.world, "other").await;
        let asks =
            [&shop.person, &other].map(|person| shop.guest.merge_ask(person, "sum", "log in"));
        for answer in shop.world.at_once("merge-cart", asks.to_vec()).await {
            ok(answer, 200);
        }
        let others = pieces(&other.cart(&mut shop.world).await);
        let (own, left) = shop.pieces().await;
        assert!(
            [(5, 0), (2, 3)].contains(&(own, others)),
            "seed {seed}: {own}, {others}"
        );
        assert_eq!(left, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_guest_has_ordered_meanwhile_does_not_come_back() {
    let mut orders = 0;
    let shop = Shop::open().await;
    let strategies = [("sum", 5), ("guest", 3), ("customer", 2)];
    for (seed, (strategy, merged)) in (0..3 * ROUNDS).zip(strategies.into_iter().cycle()) {
        let mut shop = shop.unruly_round(seed);
        let order = shop.guest.order_ask("pm_sandbox_ok", "order");
        let merge = shop.guest.merge_ask(&shop.person, strategy, "merge");
        let asks = vec![("place-guest-order", order), ("merge-cart", merge)];
        let answers = shop.world.all_at_once(asks).await;
        assert_eq!(answers[1].status, 200, "{}", answers[1].text);
        let expected = if answers[0].status == 201 {
            orders += 1;
            2
        } else {
            is(&answers[0], 409, "cart_empty");
            merged
        };
        shop.world.settle().await;
        assert_eq!(
            shop.pieces().await,
            (expected, 0),
            "seed {seed}, {strategy}"
        );
        assert!(shop.world.letters.is_empty(), "{:?}", shop.world.causes);
    }
    assert!(orders > 0, "they have met");
}

#[tokio::test(start_paused = true)]
async fn what_was_ordered_before_leaves_and_what_has_come_since_stays() {
    let shop = Shop::open().await;
    for seed in 0..ROUNDS {
        let mut shop = shop.unruly_round(seed);
        let order = shop.guest.order_ask("pm_sandbox_ok", "order");
        ok(shop.world.send("place-guest-order", order).await, 201);
        // Some of what follows has happened by then.
        for _ in 0..seed {
            shop.world.step().await;
        }
        let goods = shop.goods.clone();
        shop.guest.add(&mut shop.world, &goods, 4).await;
        ok(shop.merge("sum", "merge").await, 200);
        shop.guest.add(&mut shop.world, &goods, 1).await;
        shop.world.settle().await;
        assert_eq!(shop.pieces().await, (6, 1), "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_of_the_customers_meets_a_merge_and_no_piece_is_lost() {
    let shop = Shop::open().await;
    for seed in 0..ROUNDS {
        let mut shop = shop.round(seed);
        let ask = Ask::post("/v1/orders").by(&shop.person.token).key("order");
        let merge = shop.guest.merge_ask(&shop.person, "sum", "merge");
        let asks = vec![
            ("place-order", ask.json(&order("pm_sandbox_ok"))),
            ("merge-cart", merge),
        ];
        let answers = shop.world.all_at_once(asks).await;
        assert_eq!((answers[0].status, answers[1].status), (201, 200));
        let ordered = pieces(&answers[0].body);
        shop.world.settle().await;
        let (own, left) = shop.pieces().await;
        assert!([2, 5].contains(&ordered), "seed {seed}");
        assert_eq!((ordered + own, left), (5, 0), "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_guest_puts_in_at_the_same_moment_is_in_one_of_the_carts() {
    let shop = Shop::open().await;
    for seed in 0..ROUNDS {
        let mut shop = shop.round(seed);
        let body = json!({ "variant_id": shop.goods, "quantity": 4 });
        let add = shop.guest.sends(Ask::post("/v1/cart/items").key("late"));
        let merge = shop.guest.merge_ask(&shop.person, "sum", "merge");
        let asks = vec![("add-cart-item", add.json(&body)), ("merge-cart", merge)];
        for answer in shop.world.all_at_once(asks).await {
            ok(answer, 200);
        }
        let (own, left) = shop.pieces().await;
        assert!(
            [(5, 4), (9, 0)].contains(&(own, left)),
            "seed {seed}: {own}, {left}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn only_a_customer_with_a_guests_token_merges_and_a_wrong_one_changes_nothing() {
    let mut shop = Shop::open().await;
    let world = &mut shop.world;
    let by = |token: &str| Ask::post("/v1/cart/merge").by(token).key("merge");
    let sum = json!({ "strategy": "sum" });
    let good = shop.guest.merge_ask(&shop.person, "sum", "merge");

    let nobody = shop.guest.sends(Ask::post("/v1/cart/merge")).json(&sum);
    is(
        &world.send("merge-cart", nobody).await,
        401,
        "unauthenticated",
    );
    let person = shop.person.token.clone();
    for token in ["", "no token", "crt_1"] {
        let ask = by(&person).header("x-cart-token", token).json(&sum);
        is(&world.send("merge-cart", ask).await, 404, "cart_not_found");
    }
    let without = by(&person).json(&sum);
    is(
        &world.send("merge-cart", without).await,
        404,
        "cart_not_found",
    );
    for body in [
        json!({}),
        json!({ "strategy": "all" }),
        json!({ "strategy": "sum", "x": 1 }),
    ] {
        let ask = shop.guest.sends(by(&person)).json(&body);
        is(
            &world.send("merge-cart", ask).await,
            422,
            "validation_failed",
        );
    }
    let before = world.stage.cloud.items("cart-carts");
    let unknown = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
    let ask = by(&person).header("x-cart-token", unknown).json(&sum);
    let answer = ok(world.send("merge-cart", ask).await, 200).body;
    assert_eq!(
        (pieces(&answer["cart"]), &answer["notices"]),
        (2, &json!([]))
    );
    assert_eq!(world.stage.cloud.items("cart-carts"), before);

    // Another cart under the same key is another request.
    is(
        &world.send("merge-cart", good).await,
        422,
        "idempotency_key_reused",
    );
    let first = ok(shop.merge("sum", "good").await, 200);
    let again = shop.merge("sum", "good").await;
    assert_eq!((again.status, &again.text), (200, &first.text));
    assert_eq!(again.header("idempotency-replayed"), "true");
}

/// Sells a product of one variant at another price.
async fn reprice(shop: &mut Shop, amount: u64) {
    let shown = shop.person.cart(&mut shop.world).await;
    let product = shown["lines"][0]["product_id"].as_str().unwrap_or_default();
    let path = format!("/v1/products/{product}");
    let seen = ok(shop.world.send("get-product", Ask::get(&path)).await, 200);
    let variants = json!([{ "price": { "amount": amount, "currency": "EUR" } }]);
    let ask = Ask::new("PATCH", &path).by(&shop.seller.token);
    let ask = ask
        .key(&format!("price {amount}"))
        .header("if-match", seen.header("etag"))
        .body(
            "application/merge-patch+json",
            json!({ "variants": variants }).to_string(),
        );
    ok(shop.world.send("update-product", ask).await, 200);
    shop.world.settle().await;
}

#[tokio::test(start_paused = true)]
async fn a_cart_tells_what_has_changed_and_charges_what_it_shows() {
    let mut shop = Shop::open().await;
    assert_eq!(
        shop.person.cart(&mut shop.world).await["lines"][0]["notices"],
        json!([])
    );
    reprice(&mut shop, 1_500).await;
    let euros = |amount: u64| json!({ "amount": amount, "currency": "EUR" });
    let told =
        json!([{ "code": "price_changed", "old_price": euros(1_250), "new_price": euros(1_500) }]);
    for look in 0..3 {
        shop.world.calls.clear();
        let cart = shop.person.cart(&mut shop.world).await;
        assert_eq!(cart["lines"][0]["notices"], told);
        assert_eq!(cart["lines"][0]["unit_price"], euros(1_500));
        if look > 0 {
            assert_eq!(shop.world.calls.len(), 2, "it is told without a call more");
        }
    }
    // The guest's cart was not looked at since; the merged one is as the shop is now.
    let merged = ok(shop.merge("sum", "merge").await, 200).body;
    assert_eq!(merged["cart"]["lines"][0]["notices"], told);
    assert_eq!(merged["cart"]["subtotal"], euros(5 * 1_500));

    let person = shop.person.clone();
    ok(
        person.add(&mut shop.world, &shop.goods, 95, "many").await,
        200,
    );
    let cart = person.cart(&mut shop.world).await;
    let fewer = json!([{ "code": "fewer_available", "available": 90 }]);
    assert_eq!(
        cart["lines"][0]["notices"], fewer,
        "what is put in anew has its price"
    );
    assert_eq!(cart["lines"][0]["available"], false);
}

#[tokio::test(start_paused = true)]
async fn a_cart_that_nobody_touches_ends_and_its_owners_next_one_can_be_ordered() {
    let mut shop = Shop::open().await;
    let email = shop.person.email.clone();
    let never = shopper(&mut shop.world, "never").await;
    let start = shop.world.stage.clock.now();
    let ends = |after: Duration| json!(start.plus(after).to_string());
    let own = shop.person.cart(&mut shop.world).await;
    assert_eq!(own["expires_at"], ends(90 * DAY));
    let guests = shop.guest.cart(&mut shop.world).await;
    assert_eq!(guests["expires_at"], ends(30 * DAY));

    // A look prolongs it, and costs a write once in a while.
    shop.world.stage.clock.advance(29 * DAY);
    let looked = shop.guest.cart(&mut shop.world).await;
    assert_eq!(looked["expires_at"], ends(59 * DAY));
    assert_eq!(
        looked["version"], guests["version"],
        "it is the cart that it was"
    );
    shop.world.calls.clear();
    assert_eq!(shop.guest.cart(&mut shop.world).await, looked);
    assert_eq!(shop.world.calls.len(), 2);

    let order_of = |person: &Person, key: &str| {
        let ask = Ask::post("/v1/orders").by(&person.token).key(key);
        ask.json(&order("pm_sandbox_ok"))
    };
    shop.world.stage.clock.advance(30 * DAY);
    let ended = shop.guest.order_ask("pm_sandbox_ok", "late");
    is(
        &shop.world.send("place-guest-order", ended).await,
        409,
        "cart_empty",
    );
    shop.person = Person::log_in(&mut shop.world, &shop.person.id, &email).await;
    let merged = ok(shop.merge("guest", "late").await, 200).body;
    assert_eq!(pieces(&merged["cart"]), 2, "what has ended goes nowhere");

    let ordered = order_of(&shop.person, "first");
    ok(shop.world.send("place-order", ordered).await, 201);
    shop.world.silence();
    let version = shop.person.cart(&mut shop.world).await["version"].clone();
    shop.world.stage.clock.advance(90 * DAY);
    shop.person = Person::log_in(&mut shop.world, &shop.person.id, &email).await;
    let never = Person::log_in(&mut shop.world, &never.id, &never.email).await;
    let ended = shop.person.cart(&mut shop.world).await;
    let mut blank = never.cart(&mut shop.world).await;
    blank["id"] = ended["id"].clone();
    assert_eq!(ended, blank);
    let late = order_of(&shop.person, "late");
    is(
        &shop.world.send("place-order", late).await,
        409,
        "cart_empty",
    );
    let goods = shop.goods.clone();
    ok(
        shop.person.add(&mut shop.world, &goods, 1, "anew").await,
        200,
    );
    let anew = shop.person.cart(&mut shop.world).await;
    assert_eq!(pieces(&anew), 1);
    assert!(anew["version"].as_u64() > version.as_u64());
    let again = order_of(&shop.person, "second");
    ok(shop.world.send("place-order", again).await, 201);
}
