//! Orders of those without an account: the link opens one order, the guest is one guest, and a claim is one claim.

use std::{collections::HashSet, time::Duration};

use faults::{
    Person, World,
    journey::{
        self,
        by_mail::{mailed, public, subjects},
        guests::{Guest, GuestOrder, guest_order, placed_order, verify},
    },
    offer, seller_and_admin, shopper,
};
use serde_json::{Value, json};
use testkit::{Answer, Ask};

/// A shop, and what is to be had in it.
struct Shop {
    world: World,
    seller: Person,
    admin: Person,
    goods: String,
}

async fn shop_in(mut world: World) -> Shop {
    let (seller, admin) = seller_and_admin(&mut world, "seller").await;
    let goods = offer(&mut world, &seller, "Goods", 90).await;
    Shop {
        world,
        seller,
        admin,
        goods,
    }
}

async fn shop(seed: u64) -> Shop {
    shop_in(World::new(seed)).await
}

impl Shop {
    async fn buy(&mut self, guest: &mut Guest, key: &str) -> GuestOrder {
        let goods = self.goods.clone();
        guest
            .buy(&mut self.world, &goods, "pm_sandbox_ok", key)
            .await
    }

    /// A guest's order that stands.
    async fn order(&mut self, who: &str) -> (Guest, GuestOrder) {
        let mut guest = Guest::new(who);
        let order = self.buy(&mut guest, "order").await;
        self.world.settle().await;
        (guest, order)
    }
}

/// All that a caller sees of an answer, but for the request's own id.
fn bytes(answer: &Answer) -> (u16, Value, String) {
    let mut headers = answer.headers.clone();
    let id = headers["x-request-id"].take();
    let text = answer.text.replace(id.as_str().unwrap_or_default(), "");
    headers["ratelimit"] = json!(null);
    (answer.status, headers, text)
}

fn is(answer: &Answer, status: u16, code: &str) {
    let seen = (answer.status, answer.code());
    assert_eq!(seen, (status, code), "{}", answer.text);
}

fn lines(cart: &Value) -> usize {
    cart["lines"].as_array().map_or(0, Vec::len)
}

#[tokio::test(start_paused = true)]
async fn the_link_opens_its_order_and_nothing_else_does() {
    let mut shop = shop(1).await;
    let (_, order) = shop.order("guest").await;
    let (_, other) = shop.order("other").await;
    let person = shopper(&mut shop.world, "customer").await;
    let world = &mut shop.world;
    let nothing = GuestOrder {
        id: "ord_00000000000070008000000000000000".to_owned(),
        ..order.clone()
    };
    let refusal = bytes(&nothing.look(world).await);
    assert_eq!(refusal.0, 404);

    let good = order.token.clone();
    let half = good.len() / 2;
    let swapped: String = good[..half]
        .chars()
        .chain(other.token[half..].chars())
        .collect();
    let mut wrong = vec![
        other.token.clone(),
        String::new(),
        good[1..].to_owned(),
        format!("{good}A"),
        good.to_lowercase(),
        swapped,
        "x".repeat(5_000),
        person.token.clone(),
        format!("Bearer {good}"),
    ];
    // Any other letter at any place is another token.
    for place in 0..good.len() {
        let mut text = good.clone().into_bytes();
        text[place] = if text[place] == b'A' { b'B' } else { b'A' };
        wrong.push(String::from_utf8(text).unwrap());
    }
    let before = world
        .stage
        .cloud
        .snapshot(|table| !table.ends_with("-limits"));
    for token in wrong {
        let wrong = GuestOrder {
            token,
            ..order.clone()
        };
        world.calls.clear();
        assert_eq!(bytes(&wrong.look(world).await), refusal, "{wrong:?}");
        assert_eq!(world.calls.len(), 0, "nothing is read without a token");
        let cancelled = wrong.cancel(world, "cancel").await;
        is(&cancelled, 404, "order_not_found");
        is(
            &wrong.claim(world, &person, "claim").await,
            404,
            "order_not_found",
        );
    }
    let after = world
        .stage
        .cloud
        .snapshot(|table| !table.ends_with("-limits"));
    assert!(before == after, "nothing is changed without a token");

    assert_eq!(order.look(world).await.status, 200);
    world.stage.clock.advance(Duration::from_hours(90 * 24));
    assert_eq!(bytes(&order.look(world).await), refusal, "its time is over");
    is(&order.cancel(world, "late").await, 404, "order_not_found");
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_who_has_the_link_is_not_for_who_has_not() {
    let mut shop = shop(1).await;
    let (_, order) = shop.order("guest").await;
    let world = &mut shop.world;
    let cancelled = order.cancel(world, "cancel").await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.text);
    let again = order.cancel(world, "cancel").await;
    assert_eq!(
        (&again.text, again.header("idempotency-replayed")),
        (&cancelled.text, "true")
    );
    let guessed = GuestOrder {
        token: "guessed".to_owned(),
        ..order
    };
    is(
        &guessed.cancel(world, "cancel").await,
        404,
        "order_not_found",
    );
    let without = Ask::post(&format!("/v1/guest-orders/{}/cancel", guessed.id)).key("cancel");
    is(
        &world.send("cancel-guest-order", without).await,
        404,
        "order_not_found",
    );
}

#[tokio::test(start_paused = true)]
async fn a_guests_order_is_no_customers_and_a_seller_ships_it_like_any_other() {
    let mut shop = shop(1).await;
    let (guest, order) = shop.order("guest").await;
    let Shop {
        mut world,
        seller,
        admin,
        ..
    } = shop;
    let world = &mut world;
    let stranger = shopper(world, "stranger").await;
    for path in ["", "/cancel"] {
        let (function, method) = match path {
            "" => ("get-order", "GET"),
            _ => ("cancel-order", "POST"),
        };
        let mut seen = Vec::new();
        for id in [order.id.as_str(), "ord_00000000000070008000000000000000"] {
            let ask = Ask::new(method, &format!("/v1/orders/{id}{path}")).by(&stranger.token);
            seen.push(bytes(&world.send(function, ask).await));
        }
        assert_eq!((seen[0].0, &seen[0]), (404, &seen[1]), "{function}");
    }
    is(
        &order.payment(world, &stranger).await,
        404,
        "payment_not_found",
    );
    // Not even as the customer that it does not name.
    let list = Ask::get("/v1/orders").by(&stranger.token);
    assert_eq!(
        world.send("list-orders", list).await.body["data"],
        json!([])
    );

    assert_eq!(admin.see(world, &order.id).await["status"], "confirmed");
    assert_eq!(
        order.payment(world, &admin).await.body["status"],
        "authorized"
    );
    let list = Ask::get("/v1/orders?as=seller").by(&seller.token);
    let list = world.send("list-orders", list).await.body;
    assert_eq!(list["data"][0]["id"], order.id.as_str());
    assert_eq!(seller.ship(world, &order.id).await.status, 200);
    world.settle().await;
    assert_eq!(order.look(world).await.body["status"], "shipped");
    is(
        &order.cancel(world, "late").await,
        409,
        "order_not_cancellable",
    );
    assert_eq!(world.events("payment.captured.v1").len(), 1);
    assert_eq!(subjects(world, &guest.email, "Your order is confirmed"), 1);
    assert_eq!(subjects(world, &guest.email, "Your order is on its way"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_order_sent_twenty_times_at_once_is_one_order_with_one_link() {
    for seed in 0..8 {
        let mut shop = shop(seed).await;
        let goods = shop.goods.clone();
        let world = &mut shop.world;
        let (mut guest, mut twin) = (Guest::new("guest"), Guest::new("guest"));
        guest.add(world, &goods, 2).await;
        twin.add(world, &goods, 2).await;
        let ask = guest.order_ask("pm_sandbox_ok", "one");
        let answers = world
            .at_once("place-guest-order", vec![ask.clone(); 20])
            .await;
        let (placed, refused): (Vec<_>, Vec<_>) =
            answers.iter().partition(|answer| answer.status == 201);
        let replies: HashSet<&str> = placed.iter().map(|answer| answer.text.as_str()).collect();
        assert_eq!(replies.len(), 1, "seed {seed}");
        for answer in refused {
            is(answer, 409, "idempotency_in_flight");
        }
        world.settle().await;
        assert_eq!(world.events("order.placed.v1").len(), 1);
        assert_eq!(world.events("payment.authorized.v1").len(), 1);
        assert_eq!(lines(&guest.cart(world).await), 0);

        // The cart is gone, and the same request has the same answer, link included.
        let again = world.send("place-guest-order", ask).await;
        assert_eq!((again.status, &again.text), (201, &placed[0].text));
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(placed_order(&again.body).look(world).await.status, 200);
        let changed = guest.order_ask("pm_sandbox_slow", "one");
        let changed = world.send("place-guest-order", changed).await;
        is(&changed, 422, "idempotency_key_reused");
        // Who sends the same with another cart is someone else.
        let other = world
            .send("place-guest-order", twin.order_ask("pm_sandbox_ok", "one"))
            .await;
        assert_eq!(other.status, 201);
        assert_ne!(other.body["order"]["id"], again.body["order"]["id"]);
    }
}

#[tokio::test(start_paused = true)]
async fn one_version_of_a_guests_cart_is_one_order_under_however_many_keys() {
    for seed in 0..8 {
        let mut shop = shop(seed).await;
        let goods = shop.goods.clone();
        let mut guest = Guest::new("guest");
        guest.add(&mut shop.world, &goods, 2).await;
        let asks = (0..6).map(|number| guest.order_ask("pm_sandbox_ok", &format!("key {number}")));
        let answers = shop
            .world
            .at_once("place-guest-order", asks.collect())
            .await;
        let placed = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(placed, 1, "seed {seed}");
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            is(answer, 409, "cart_already_ordered");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn only_a_guests_own_cart_is_ordered_and_while_it_is_good() {
    let mut shop = shop(1).await;
    let goods = shop.goods.clone();
    let world = &mut shop.world;
    let person = shopper(world, "customer").await;
    let mut guest = Guest::new("guest");
    let nobody = guest.order_ask("pm_sandbox_ok", "a");
    is(
        &world.send("place-guest-order", nobody).await,
        404,
        "cart_not_found",
    );
    let made_up = Ask::post("/v1/guest-orders").key("b");
    let made_up = made_up.json(&guest_order(&guest.email, "pm_sandbox_ok"));
    for (token, code, status) in [
        ("no token", "cart_not_found", 404),
        (
            "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",
            "cart_empty",
            409,
        ),
    ] {
        let ask = made_up.clone().header("x-cart-token", token);
        is(&world.send("place-guest-order", ask).await, status, code);
    }
    guest.add(world, &goods, 1).await;
    let by = guest.order_ask("pm_sandbox_ok", "c").by(&person.token);
    is(&world.send("place-guest-order", by).await, 403, "forbidden");
    let keyless = guest.sends(Ask::post("/v1/guest-orders"));
    let keyless = keyless.json(&guest_order(&guest.email, "pm_sandbox_ok"));
    let keyless = world.send("place-guest-order", keyless).await;
    is(&keyless, 400, "idempotency_key_required");
    let bad = guest.sends(Ask::post("/v1/guest-orders").key("d"));
    let bad = bad.json(&guest_order("no address", "pm_sandbox_ok"));
    assert_eq!(world.send("place-guest-order", bad).await.status, 422);

    world.stage.clock.advance(Duration::from_hours(30 * 24));
    let late = guest.order_ask("pm_sandbox_ok", "e");
    is(
        &world.send("place-guest-order", late).await,
        409,
        "cart_empty",
    );
    assert_eq!(world.events("order.placed.v1").len(), 0);
}

#[tokio::test(start_paused = true)]
async fn of_two_accounts_that_claim_an_order_at_once_one_gets_it() {
    for seed in 0..10 {
        let mut shop = shop(seed).await;
        let (_, order) = shop.order("guest").await;
        let world = &mut shop.world;
        let people = [shopper(world, "one").await, shopper(world, "two").await];
        let asks = people
            .iter()
            .cycle()
            .take(12)
            .map(|person| order.claim_by(person));
        let answers = world.at_once("claim-order", asks.collect()).await;
        world.settle().await;
        let winner = world.events("order.claimed.v1");
        assert_eq!(winner.len(), 1, "seed {seed}");
        let winner = winner[0]["customer_id"].clone();
        for (answer, person) in answers.iter().zip(people.iter().cycle()) {
            if winner == person.id.as_str() {
                let same = [(200, ""), (409, "conflict")];
                assert!(
                    same.contains(&(answer.status, answer.code())),
                    "{}",
                    answer.text
                );
            } else {
                let lost = [(404, "order_not_found"), (409, "conflict")];
                assert!(
                    lost.contains(&(answer.status, answer.code())),
                    "{}",
                    answer.text
                );
            }
        }
        let (won, lost) = match people {
            [one, two] if winner == one.id.as_str() => (one, two),
            [one, two] => (two, one),
        };
        assert_eq!(won.see(world, &order.id).await["customer_id"], winner);
        let list = Ask::get("/v1/orders").by(&won.token);
        let list = world.send("list-orders", list).await.body;
        assert_eq!(list["data"][0]["id"], order.id.as_str());
        assert_eq!(order.payment(world, &won).await.status, 200);
        is(&order.payment(world, &lost).await, 404, "payment_not_found");
        is(
            &order.claim(world, &lost, "again").await,
            404,
            "order_not_found",
        );
        assert_eq!(order.claim(world, &won, "again").await.status, 200);
        is(&order.look(world).await, 404, "order_not_found");
        is(
            &order.cancel(world, "by link").await,
            404,
            "order_not_found",
        );
        assert_eq!(won.cancel(world, &order.id).await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_that_is_claimed_before_anything_follows_is_the_customers_in_whatever_order_it_comes()
 {
    for seed in 0..12 {
        let mut shop = shop_in(World::unruly(seed)).await;
        let mut guest = Guest::new("guest");
        let order = shop.buy(&mut guest, "order").await;
        let Shop {
            mut world, seller, ..
        } = shop;
        let world = &mut world;
        let person = shopper(world, "account").await;
        // Some of what follows has happened by then.
        for _ in 0..seed {
            world.step().await;
        }
        assert_eq!(order.claim(world, &person, "claim").await.status, 200);
        world.settle().await;
        assert_eq!(
            person.see(world, &order.id).await["status"],
            "confirmed",
            "seed {seed}"
        );
        assert_eq!(
            order.payment(world, &person).await.body["status"],
            "authorized"
        );
        assert_eq!(lines(&guest.cart(world).await), 0);
        assert_eq!(seller.ship(world, &order.id).await.status, 200);
        world.settle().await;
        assert_eq!(
            subjects(world, &person.email, "Your order is on its way"),
            1
        );
        assert_eq!(subjects(world, &guest.email, "Your order is on its way"), 0);
        assert!(world.letters.is_empty(), "{:?}", world.causes);
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_shows_to_read_the_mail_finds_all_orders_of_that_address_in_the_account() {
    const ORDERS: usize = 28;
    for seed in [1, 2] {
        let mut shop = shop_in(World::unruly(seed)).await;
        let mut guest = Guest::new("rosa");
        let mut orders = Vec::new();
        for number in 0..ORDERS {
            orders.push(shop.buy(&mut guest, &format!("order {number}")).await);
            shop.world.settle().await;
        }
        // However it is spelled, and not an order of another's.
        guest.email = "ROSA@example.com".to_owned();
        orders.push(shop.buy(&mut guest, "loud").await);
        let (_, others) = shop.order("rosamunde").await;
        let world = &mut shop.world;
        let rosa = shopper(world, "rosa").await;
        world.settle().await;
        let list = Ask::get("/v1/orders?limit=100").by(&rosa.token);
        let none = world.send("list-orders", list.clone()).await.body;
        assert_eq!(
            none["data"],
            json!([]),
            "an address alone is nobody's proof"
        );

        verify(world, &rosa).await;
        world.settle().await;
        let all = world.send("list-orders", list).await.body;
        assert_eq!(all["data"].as_array().map(Vec::len), Some(ORDERS + 1));
        assert_eq!(world.events("order.claimed.v1").len(), ORDERS + 1);
        for order in &orders {
            assert_eq!(order.payment(world, &rosa).await.status, 200);
            is(&order.look(world).await, 404, "order_not_found");
        }
        assert_eq!(others.look(world).await.status, 200);
        assert!(world.letters.is_empty(), "{:?}", world.causes);
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_that_was_changed_to_brings_its_orders_and_a_blank_account_none() {
    let mut shop = shop(1).await;
    let (guest, order) = shop.order("guest").await;
    let world = &mut shop.world;
    let person = shopper(world, "elsewhere").await;
    world.settle().await;
    verify(world, &person).await;
    world.settle().await;
    assert_eq!(order.look(world).await.status, 200);
    world.stage.clock.advance(Duration::from_secs(1));
    let wanted = journey::by_mail::want_email(world, &person, &guest.email, "move").await;
    assert_eq!(wanted.status, 202);
    world.settle().await;
    assert_eq!(
        order.look(world).await.status,
        200,
        "it is not confirmed yet"
    );
    let token = json!({ "token": mailed(world, &guest.email, "change-email") });
    let moved = public(world, "confirm-email-change", &token, "moved").await;
    assert_eq!(moved.status, 204);
    world.settle().await;
    assert_eq!(
        person.see(world, &order.id).await["customer_id"],
        person.id.as_str()
    );
}

#[tokio::test(start_paused = true)]
async fn nobody_learns_whose_an_order_is_by_asking_for_its_link() {
    let mut shop = shop(1).await;
    let (guest, order) = shop.order("guest").await;
    let world = &mut shop.world;
    let ask = |id: &str, email: &str, key: &str| {
        let body = json!({ "order_id": id, "email": email });
        Ask::post("/v1/guest-orders/links").key(key).json(&body)
    };
    let nothing = "ord_00000000000070008000000000000000";
    let mut seen = Vec::new();
    for (id, email) in [
        (order.id.as_str(), guest.email.as_str()),
        (order.id.as_str(), "other@example.com"),
        (nothing, guest.email.as_str()),
        (nothing, "other@example.com"),
    ] {
        world.calls.clear();
        let ask = ask(id, email, "first");
        let answer = world.send("request-guest-order-link", ask).await;
        let counted = |call: &&testkit::Call| call.table.as_deref() != Some("local-gateway-limits");
        let calls = world.calls.iter().filter(counted);
        let calls: Vec<String> = calls.map(|call| call.operation.clone()).collect();
        seen.push((bytes(&answer), calls));
    }
    assert_eq!(seen[0].0.0, 202);
    assert_eq!(seen[0].1.len(), 2);
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
    world.settle().await;
    let links = |world: &World, email: &str| subjects(world, email, "The link to your order");
    assert_eq!(
        (
            links(world, &guest.email),
            links(world, "other@example.com")
        ),
        (1, 0)
    );
    let mail = GuestOrder {
        token: mailed(world, &guest.email, "guest-order"),
        ..order.clone()
    };
    assert_eq!(mail.look(world).await.status, 200);

    // Five an hour, whoever asks; the wrong ones count too.
    for number in 0..9 {
        let ask = ask(&order.id, &guest.email, &format!("more {number}"));
        assert_eq!(
            world.send("request-guest-order-link", ask).await.status,
            202
        );
    }
    world.settle().await;
    assert_eq!(links(world, &guest.email), 4);

    // Nothing of a customer's order is mailed to where it came from.
    world.stage.clock.advance(Duration::from_hours(1));
    let late = ask(&order.id, &guest.email, "late");
    assert_eq!(
        world.send("request-guest-order-link", late).await.status,
        202
    );
    let person = shopper(world, "account").await;
    assert_eq!(order.claim(world, &person, "claim").await.status, 200);
    let after = ask(&order.id, &guest.email, "after");
    assert_eq!(
        world.send("request-guest-order-link", after).await.status,
        202
    );
    world.settle().await;
    assert_eq!(links(world, &guest.email), 4);
}

#[tokio::test(start_paused = true)]
async fn no_table_and_no_event_ever_has_a_link_or_tells_an_address() {
    let mut shop = shop(1).await;
    let (guest, order) = shop.order("guest").await;
    let world = &mut shop.world;
    let token = mailed(world, &guest.email, "guest-order");
    for (table, items) in world.stage.cloud.snapshot(|_| true) {
        for item in items {
            let text = item.to_string();
            for secret in [&token, &order.token] {
                assert!(!text.contains(secret.as_str()), "{table}: {text}");
            }
            let holds = text.contains(&guest.email);
            assert!(!holds || table == "local-order-orders", "{table}: {text}");
        }
    }
    for event in world.published.values() {
        let text = event.detail.to_string();
        assert!(
            !text.contains(&guest.email) && !text.contains(&token),
            "{text}"
        );
    }
}
