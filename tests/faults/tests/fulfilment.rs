//! What was shipped is paid and leaves the stock, whoever has not heard of it.

use std::time::Duration;

use faults::{Person, World, journey::watch, offer, seller, shopper};
use serde_json::{Value, json};
use testkit::Ask;

const CAPTURE: (&str, &str) = ("order.progressed.v1", "capture-payment-on-order-progressed");
const MOVE: (&str, &str) = ("order.progressed.v1", "move-stock-on-order-progressed");
const RECORD: (&str, &str) = ("payment.captured.v1", "record-capture-on-payment-captured");
const FLAG: (&str, &str) = (
    "payment.capture-failed.v1",
    "flag-order-on-payment-capture-failed",
);

/// A confirmed order of three pieces at 12.50, of nine that there were.
struct Sold {
    seller: Person,
    shopper: Person,
    goods: String,
    order: String,
}

impl Sold {
    async fn open(world: &mut World, method: &str) -> Self {
        let seller = seller(world, "seller").await;
        let shopper = shopper(world, "shopper").await;
        let goods = offer(world, &seller, "Goods", 9).await;
        let order = shopper.buy(world, &goods, 3, method).await;
        world.settle().await;
        Self {
            seller,
            shopper,
            goods,
            order,
        }
    }

    async fn see(&self, world: &mut World) -> Value {
        self.shopper.see(world, &self.order).await
    }

    async fn ship(&self, world: &mut World, pieces: u32, number: &str) {
        let parcel = json!({
            "lines": [{ "variant_id": self.goods, "quantity": pieces }], "tracking_number": number,
        });
        self.seller
            .part(world, "ship-order", &self.order, &parcel)
            .await;
        world.settle().await;
    }

    /// How much was moved at the provider, and what is on hand and reserved.
    async fn end(&self, world: &mut World) -> (u64, [u64; 2]) {
        let provider = &world.stage.cloud.items("payment-provider-ledger")[0];
        let moves = provider["moves"].as_array().into_iter().flatten();
        let moved = moves.filter(|part| part["declined"].is_null());
        let moved = moved
            .filter_map(|part| part["amount"]["amount"].as_u64())
            .sum();
        let stock = self.seller.stock(world, &self.goods).await;
        let levels = ["on_hand", "reserved"].map(|level| stock[level].as_u64().unwrap_or(u64::MAX));
        (moved, levels)
    }
}

/// The orders that wait for anything.
fn waiting(world: &World) -> usize {
    let orders = world.stage.cloud.items("order-orders").into_iter();
    orders.filter(|order| !order["waiting"].is_null()).count()
}

#[tokio::test(start_paused = true)]
async fn what_was_not_heard_of_a_parcel_is_made_good_by_the_watchdog() {
    for deaf in [
        vec![CAPTURE],
        vec![MOVE],
        vec![CAPTURE, MOVE],
        vec![RECORD],
        vec![RECORD, MOVE],
    ] {
        let mut world = World::new(1);
        let sold = Sold::open(&mut world, "pm_sandbox_ok").await;
        for lost in &deaf {
            world.lose(*lost);
        }
        sold.ship(&mut world, 3, "3S1").await;
        world.lost.clear();
        assert_eq!(waiting(&world), 1);
        for _ in 0..2 {
            watch(&mut world).await;
        }
        assert_eq!(sold.end(&mut world).await, (3_750, [6, 0]), "{deaf:?}");
        let seen = sold.see(&mut world).await;
        assert_eq!(seen["captured"]["amount"], 3_750, "{deaf:?}");
        assert_eq!(seen["trouble"], Value::Null, "{deaf:?}");
        assert_eq!(waiting(&world), 0, "{deaf:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn pieces_that_were_only_cancelled_come_back_although_nobody_heard_of_it() {
    let mut world = World::new(2);
    let sold = Sold::open(&mut world, "pm_sandbox_ok").await;
    world.lose(CAPTURE);
    world.lose(MOVE);
    sold.ship(&mut world, 1, "3S1").await;
    let rest = json!({ "lines": [{ "variant_id": sold.goods, "quantity": 2 }] });
    sold.shopper
        .part(&mut world, "cancel-order", &sold.order, &rest)
        .await;
    world.settle().await;
    world.lost.clear();
    watch(&mut world).await;
    assert_eq!(sold.end(&mut world).await, (1_250, [8, 0]));
    let provider = &world.stage.cloud.items("payment-provider-ledger")[0];
    assert_eq!(provider["voided"], 1, "the rest is let go");
    watch(&mut world).await;
    assert_eq!(waiting(&world), 0);
}

#[tokio::test(start_paused = true)]
async fn an_order_that_nobody_ever_pays_is_told_of_and_goes_on() {
    let mut world = World::new(3);
    world.log = Some(Vec::new());
    let sold = Sold::open(&mut world, "pm_sandbox_ok").await;
    world.lose(CAPTURE);
    sold.ship(&mut world, 3, "3S1").await;
    for _ in 0..4 {
        assert_eq!(sold.see(&mut world).await["trouble"], Value::Null);
        watch(&mut world).await;
    }
    let seen = sold.see(&mut world).await;
    assert_eq!(seen["trouble"]["kind"], "payment_unanswered");
    assert_eq!(seen["status"], "shipped");
    assert_eq!(waiting(&world), 0);
    let log = world.log.clone().unwrap_or_default().join("\n");
    assert!(log.contains("orders_unanswered"), "{log}");
    assert_eq!(world.events("order.cancelled.v1").len(), 0);

    let again = json!({});
    sold.seller
        .part(&mut world, "deliver-order", &sold.order, &again)
        .await;
    assert_eq!(sold.see(&mut world).await["status"], "delivered");
}

#[tokio::test(start_paused = true)]
async fn an_order_whose_payment_is_refused_shows_it_whether_it_was_told_at_once_or_later() {
    for is_lost in [false, true] {
        let mut world = World::new(4);
        let sold = Sold::open(&mut world, "pm_sandbox_capture_declined").await;
        if is_lost {
            world.lose(FLAG);
        }
        sold.ship(&mut world, 3, "3S1").await;
        world.lost.clear();
        let seen = sold.see(&mut world).await;
        assert_eq!(seen["trouble"].is_null(), is_lost, "{seen}");
        watch(&mut world).await;
        let seen = sold.see(&mut world).await;
        assert_eq!(seen["trouble"]["kind"], "capture_failed", "{seen}");
        assert_eq!(seen["status"], "shipped");
        assert_eq!(waiting(&world), 0);
        assert_eq!(sold.end(&mut world).await, (0, [6, 0]));
    }
}

#[tokio::test(start_paused = true)]
async fn parcels_that_are_told_thrice_and_in_any_order_come_to_the_same() {
    for seed in 1..=12 {
        let mut world = World::unruly(seed);
        let sold = Sold::open(&mut world, "pm_sandbox_ok").await;
        for number in ["3S1", "3S2", "3S3"] {
            sold.ship(&mut world, 1, number).await;
        }
        for _ in 0..2 {
            watch(&mut world).await;
        }
        assert_eq!(sold.end(&mut world).await, (3_750, [6, 0]), "seed {seed}");
        let seen = sold.see(&mut world).await;
        assert_eq!(seen["captured"]["amount"], 3_750, "seed {seed}");
        assert_eq!(waiting(&world), 0, "seed {seed}");
        assert!(world.letters.is_empty(), "{:?}", world.letters);
    }
}

/// The orders that a list shows, page by page.
async fn listed(world: &mut World, who: &Person, query: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/orders?limit=2&{query}{cursor}");
        let page = world
            .send("list-orders", Ask::get(&path).by(&who.token))
            .await;
        assert_eq!(page.status, 200, "{}", page.text);
        let data = page.body["data"].as_array().cloned().unwrap_or_default();
        found.extend(data.into_iter().map(|order| order["id"].clone()));
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn orders_are_listed_by_when_they_were_placed_and_where_their_part_stands() {
    let mut world = World::new(6);
    let seller = seller(&mut world, "seller").await;
    let shopper = shopper(&mut world, "shopper").await;
    let goods = offer(&mut world, &seller, "Goods", 9).await;
    let mut orders = Vec::new();
    let mut times = Vec::new();
    for _ in 0..5 {
        world.stage.clock.advance(Duration::from_mins(1));
        times.push(world.stage.clock.now());
        let order = shopper.buy(&mut world, &goods, 1, "pm_sandbox_ok").await;
        orders.push(Value::from(order));
        world.settle().await;
    }
    let shipped = orders[2].as_str().unwrap_or_default();
    assert_eq!(seller.ship(&mut world, shipped).await.status, 200);

    let newest_first = |from: usize, to: usize| {
        let mut some = orders[from..to].to_vec();
        some.reverse();
        some
    };
    for (who, whose) in [(&seller, "as=seller&"), (&shopper, "")] {
        let all = listed(&mut world, who, whose).await;
        assert_eq!(all, newest_first(0, 5));
        let some = format!("{whose}placed_from={}&placed_to={}", times[1], times[4]);
        assert_eq!(listed(&mut world, who, &some).await, newest_first(1, 4));
        let since = format!("{whose}placed_from={}", times[3]);
        assert_eq!(listed(&mut world, who, &since).await, newest_first(3, 5));
        let until = format!("{whose}placed_to={}", times[1]);
        assert_eq!(listed(&mut world, who, &until).await, newest_first(0, 1));
        let by_part = format!("{whose}fulfilment_status=shipped");
        assert_eq!(listed(&mut world, who, &by_part).await, [shipped]);
        let both = format!("{by_part}&placed_from={}", times[3]);
        assert!(listed(&mut world, who, &both).await.is_empty());
    }
    let ask = Ask::get("/v1/orders?placed_from=yesterday").by(&shopper.token);
    assert_eq!(
        world.send("list-orders", ask).await.code(),
        "invalid_parameter"
    );
}
