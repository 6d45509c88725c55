//! The same wanted by many at the same moment. The seed decides who comes first at each call.

use std::{collections::HashSet, time::Duration};

use faults::{Person, World, journey::order, offer, seller, shopper};
use serde_json::json;
use testkit::Ask;

/// A shopper with a cart that can be ordered.
async fn full_cart(seed: u64) -> (World, Person) {
    let mut world = World::new(seed);
    let seller = seller(&mut world, "seller").await;
    let shopper = shopper(&mut world, "shopper").await;
    let goods = offer(&mut world, &seller, "Goods", 9).await;
    shopper.add(&mut world, &goods, 2, "add").await;
    (world, shopper)
}

#[tokio::test(start_paused = true)]
async fn an_order_sent_twenty_times_at_once_is_one_order() {
    for seed in 0..12 {
        let (mut world, shopper) = full_cart(seed).await;
        let ask = Ask::post("/v1/orders").by(&shopper.token).key("one");
        let ask = ask.json(&order("pm_sandbox_ok"));
        let answers = world.at_once("place-order", vec![ask.clone(); 20]).await;
        let (placed, refused): (Vec<_>, Vec<_>) =
            answers.iter().partition(|answer| answer.status == 201);
        let replies: HashSet<&str> = placed.iter().map(|answer| answer.text.as_str()).collect();
        assert_eq!(replies.len(), 1, "seed {seed}");
        for answer in refused {
            assert_eq!(
                (answer.status, answer.code()),
                (409, "idempotency_in_flight")
            );
        }
        world.settle().await;
        assert_eq!(world.events("order.placed.v1").len(), 1);
        let payments = world.stage.cloud.items("payment-payments").into_iter();
        let payments = payments.filter(|item| item["kind"] == "payment");
        assert_eq!(payments.count(), 1);
        assert_eq!(world.events("payment.authorized.v1").len(), 1);

        let again = world.send("place-order", ask).await;
        assert_eq!(again.text, placed[0].text);
        assert_eq!(again.header("idempotency-replayed"), "true");
        let other = Ask::post("/v1/orders").by(&shopper.token).key("one");
        let other = world
            .send("place-order", other.json(&order("pm_sandbox_slow")))
            .await;
        assert_eq!(
            (other.status, other.code()),
            (422, "idempotency_key_reused")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn one_version_of_a_cart_is_one_order_under_however_many_keys() {
    for seed in 0..12 {
        let (mut world, shopper) = full_cart(seed).await;
        let asks = (0..6).map(|number| {
            let ask = Ask::post("/v1/orders").by(&shopper.token);
            ask.key(&format!("key {number}"))
                .json(&order("pm_sandbox_ok"))
        });
        let answers = world.at_once("place-order", asks.collect()).await;
        let placed = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(placed, 1, "seed {seed}");
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!(
                (answer.status, answer.code()),
                (409, "cart_already_ordered")
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn as_many_orders_as_there_are_pieces() {
    const SHOPPERS: usize = 40;
    const PIECES: u32 = 10;
    let mut world = World::unruly(11);
    let seller = seller(&mut world, "seller").await;
    let goods = offer(&mut world, &seller, "The last lanterns", PIECES).await;
    let mut orders = Vec::new();
    for number in 0..SHOPPERS {
        let shopper = shopper(&mut world, &format!("shopper-{number}")).await;
        let order = shopper.buy(&mut world, &goods, 1, "pm_sandbox_ok").await;
        orders.push((shopper, order));
    }
    world.settle().await;
    let mut confirmed = 0;
    for (shopper, order) in &orders {
        let seen = shopper.see(&mut world, order).await;
        match seen["status"].as_str() {
            Some("confirmed") => confirmed += 1,
            _ => assert_eq!(seen["cancel_reason"], "out_of_stock"),
        }
    }
    assert_eq!(confirmed, PIECES);
    let stock = seller.stock(&mut world, &goods).await;
    assert_eq!(
        (&stock["available"], &stock["reserved"]),
        (&0.into(), &PIECES.into())
    );
    // For the others the provider was only told that nothing is to be held.
    let ledger = world.stage.cloud.items("payment-provider-ledger");
    let held = ledger
        .iter()
        .map(|charge| charge["held"].as_u64().unwrap_or(99));
    let held: Vec<u64> = held.filter(|times| *times > 0).collect();
    assert_eq!(held, [1; PIECES as usize]);
}

#[tokio::test(start_paused = true)]
async fn of_any_number_of_guesses_at_once_five_are_looked_at() {
    const GUESSES: usize = 10_000;
    let mut world = World::new(5);
    let victim = shopper(&mut world, "victim").await;
    let guess = |number| {
        let body = json!({ "email": victim.email, "password": format!("guess number {number}") });
        Ask::post("/v1/auth/login").json(&body)
    };
    let answers = world
        .at_once("log-in", (0..GUESSES).map(guess).collect())
        .await;
    let with = |code: &str| {
        answers
            .iter()
            .filter(|answer| answer.code() == code)
            .count()
    };
    let looked_at = with("invalid_credentials");
    assert!((1..=5).contains(&looked_at), "{looked_at}");
    let rest = with("too_many_requests") + with("conflict");
    assert_eq!(looked_at + rest, GUESSES);

    // One after another no more are, and the next window begins anew.
    let mut more = 0;
    while world.send("log-in", guess(GUESSES)).await.code() == "invalid_credentials" {
        more += 1;
    }
    assert_eq!(looked_at + more, 5);
    world.stage.clock.advance(Duration::from_mins(15));
    Person::log_in(&mut world, &victim.id, &victim.email).await;
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_used_fifty_times_at_once_has_one_successor() {
    for seed in 0..5 {
        let mut world = World::new(seed);
        let person = shopper(&mut world, "shopper").await;
        let ask = Ask::post("/v1/auth/refresh");
        let ask = ask.json(&json!({ "refresh_token": person.refresh_token }));
        let answers = world.at_once("refresh-session", vec![ask; 50]).await;
        let successors: HashSet<&str> = answers
            .iter()
            .filter(|answer| answer.status == 200)
            .filter_map(|answer| answer.body["refresh_token"].as_str())
            .collect();
        assert_eq!(successors.len(), 1, "seed {seed}");
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!((answer.status, answer.code()), (409, "conflict"));
        }
        let next = Ask::post("/v1/auth/refresh");
        let next = next.json(&json!({ "refresh_token": successors.iter().next().unwrap() }));
        assert_eq!(world.send("refresh-session", next).await.status, 200);
    }
}
