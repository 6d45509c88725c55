//! Events come thrice and in any order; some never come.

use std::{collections::BTreeMap, time::Duration};

use faults::{Person, World, offer, seller, shopper};
use serde_json::Value;

/// What a market of several orders has come to: each order's end, the stock, the money.
#[derive(Debug, PartialEq)]
struct End {
    orders: Vec<(String, String)>,
    stock: Vec<u64>,
    /// How often money was held, captured and let go, by method.
    money: BTreeMap<String, Vec<[u64; 3]>>,
    mails: BTreeMap<String, usize>,
    letters: usize,
}

struct Market {
    seller: Person,
    shopper: Person,
    variants: [String; 2],
}

async fn market(world: &mut World) -> Market {
    let seller = seller(world, "seller").await;
    let shopper = shopper(world, "shopper").await;
    let plenty = offer(world, &seller, "Plenty", 20).await;
    let few = offer(world, &seller, "Few", 2).await;
    Market {
        seller,
        shopper,
        variants: [plenty, few],
    }
}

/// Five orders at once: shipped, declined, cancelled by the customer, out of stock, and a lost answer.
async fn trade(world: &mut World, market: &Market) -> Vec<String> {
    let [plenty, few] = &market.variants;
    let shopper = &market.shopper;
    let bought = [
        (plenty, 3, "pm_sandbox_ok"),
        (plenty, 2, "pm_sandbox_declined"),
        (plenty, 4, "pm_sandbox_ok"),
        (few, 3, "pm_sandbox_ok"),
        (few, 2, "pm_sandbox_lost_reply"),
    ];
    let mut orders = Vec::new();
    for (variant, quantity, method) in bought {
        let order = shopper.buy(world, variant, quantity, method).await;
        // The cart must be empty again before it is filled anew.
        while shopper.cart(world).await["lines"] != Value::Array(Vec::new()) {
            assert!(world.step().await, "the cart stays full");
        }
        orders.push(order);
    }
    world.settle().await;
    market.seller.ship(world, &orders[0]).await;
    shopper.cancel(world, &orders[2]).await;
    world.settle().await;
    orders
}

async fn end(world: &mut World, market: &Market, orders: &[String]) -> End {
    let mut ends = Vec::new();
    for order in orders {
        let seen = market.shopper.see(world, order).await;
        ends.push((
            seen["status"].to_string(),
            seen["cancel_reason"].to_string(),
        ));
    }
    let mut stock = Vec::new();
    for variant in &market.variants {
        let levels = market.seller.stock(world, variant).await;
        let levels = ["on_hand", "reserved", "available"].map(|level| levels[level].as_u64());
        stock.extend(levels.map(|level| level.unwrap_or(u64::MAX)));
    }
    let mut money: BTreeMap<String, Vec<[u64; 3]>> = BTreeMap::new();
    for charge in world.stage.cloud.items("payment-provider-ledger") {
        let times = ["held", "captured", "voided"].map(|what| charge[what].as_u64().unwrap_or(99));
        money
            .entry(charge["method"].to_string())
            .or_default()
            .push(times);
    }
    for charges in money.values_mut() {
        charges.sort_unstable();
    }
    let mut mails = BTreeMap::new();
    for mail in world.stage.cloud.mails() {
        *mails.entry(mail.subject).or_default() += 1;
    }
    End {
        orders: ends,
        stock,
        money,
        mails,
        letters: world.letters.len(),
    }
}

async fn day(mut world: World) -> End {
    let market = market(&mut world).await;
    let orders = trade(&mut world, &market).await;
    end(&mut world, &market, &orders).await
}

#[tokio::test(start_paused = true)]
async fn thrice_and_out_of_order_is_the_same_as_once_and_in_order() {
    let orderly = day(World::new(1)).await;
    let told = |status: &str, reason: &str| (format!("\"{status}\""), reason.to_owned());
    let expected = [
        told("shipped", "null"),
        told("cancelled", "\"payment_declined\""),
        told("cancelled", "\"customer\""),
        told("cancelled", "\"out_of_stock\""),
        told("confirmed", "null"),
    ];
    assert_eq!(orderly.orders, expected);
    assert_eq!(orderly.stock, [17, 0, 17, 2, 2, 0]);
    assert_eq!(orderly.money["\"pm_sandbox_ok\""], [[1, 0, 1], [1, 1, 0]]);
    assert_eq!(orderly.money["\"pm_sandbox_declined\""], [[0, 0, 0]]);
    assert_eq!(orderly.money["\"pm_sandbox_lost_reply\""], [[1, 0, 0]]);
    assert_eq!(orderly.letters, 0);

    for seed in 1..=20 {
        assert_eq!(day(World::unruly(seed)).await, orderly, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_stuck_anywhere_is_finished_by_the_watchdog() {
    // Every event that an order waits for, and who does not hear it.
    let saga = [
        ("order.placed.v1", "reserve-stock-on-order-placed"),
        ("stock.reserved.v1", "accept-reservation-on-stock-reserved"),
        ("stock.refused.v1", "cancel-order-on-stock-refused"),
        (
            "order.stock-reserved.v1",
            "authorize-payment-on-order-stock-reserved",
        ),
        (
            "payment.authorized.v1",
            "confirm-order-on-payment-authorized",
        ),
        ("payment.declined.v1", "cancel-order-on-payment-declined"),
    ];
    for (kind, consumer) in saga {
        for (method, quantity) in [
            ("pm_sandbox_ok", 1),
            ("pm_sandbox_declined", 1),
            ("pm_sandbox_ok", 3),
        ] {
            let mut world = World::new(3);
            let market = market(&mut world).await;
            let few = market.variants[1].clone();
            world.lose((kind, consumer));
            let order = market.shopper.buy(&mut world, &few, quantity, method).await;
            world.settle().await;
            world.lost.clear();
            world
                .tick("watch-stuck-orders", Duration::from_mins(11))
                .await;
            world.settle().await;

            let seen = market.shopper.see(&mut world, &order).await;
            let expected = match (method, quantity) {
                (_, 3) => ("cancelled", "out_of_stock"),
                ("pm_sandbox_declined", _) => ("cancelled", "payment_declined"),
                _ => ("confirmed", ""),
            };
            let reason = seen["cancel_reason"].as_str().unwrap_or_default();
            let came_to = (seen["status"].as_str().unwrap_or_default(), reason);
            assert_eq!(came_to, expected, "{consumer} did not hear {kind}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_that_nobody_answers_is_given_up_and_leaves_nothing_behind() {
    let saga = [
        ("order.placed.v1", "reserve-stock-on-order-placed"),
        ("stock.reserved.v1", "accept-reservation-on-stock-reserved"),
        (
            "order.stock-reserved.v1",
            "authorize-payment-on-order-stock-reserved",
        ),
        (
            "payment.authorized.v1",
            "confirm-order-on-payment-authorized",
        ),
    ];
    for (kind, consumer) in saga {
        let mut world = World::new(5);
        let market = market(&mut world).await;
        let few = market.variants[1].clone();
        world.lose((kind, consumer));
        let order = market
            .shopper
            .buy(&mut world, &few, 2, "pm_sandbox_ok")
            .await;
        for _ in 0..6 {
            world.settle().await;
            world
                .tick("expire-reservations", Duration::from_mins(8))
                .await;
            world.settle().await;
            world
                .tick("watch-stuck-orders", Duration::from_mins(8))
                .await;
        }
        world.settle().await;
        let end = end(&mut world, &market, &[order]).await;
        assert_eq!(
            end.orders,
            [("\"cancelled\"".to_owned(), "\"expired\"".to_owned())],
            "{consumer} never heard {kind}"
        );
        assert_eq!(end.stock[3..], [2, 0, 2], "{consumer} never heard {kind}");
        for [held, captured, voided] in end.money.into_values().flatten() {
            assert_eq!(
                (held, captured),
                (voided, 0),
                "{consumer} never heard {kind}"
            );
        }
    }
}
