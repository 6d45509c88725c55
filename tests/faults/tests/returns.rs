//! Goods come back once, lie on the shelf once, and are paid back once, whatever comes twice, late, at once or never.

use std::{collections::BTreeMap, time::Duration};

use faults::{
    Person, World,
    journey::{
        guests::{Guest, GuestOrder},
        ok,
        payments::balances,
        returns::{agreed, ask, receive, step, wanted},
        watch,
    },
    offer, seller, shopper,
};
use serde_json::{Value, json};
use testkit::Ask;

const REFUND: (&str, &str) = (
    "order.return-received.v1",
    "refund-return-on-order-return-received",
);
const RESTOCK: (&str, &str) = (
    "order.return-received.v1",
    "restock-on-order-return-received",
);
const GIVE: (&str, &str) = (
    "payment.refund-requested.v1",
    "give-refund-on-payment-refund-requested",
);
const END: (&str, &str) = ("payment.refunded.v1", "end-return-on-payment-refunded");

/// An order of three pieces at 12.50, shipped and paid, of nine that there were.
struct Sold {
    seller: Person,
    shopper: Person,
    goods: String,
    order: String,
}

impl Sold {
    async fn open(world: &mut World) -> Self {
        let seller = seller(world, "seller").await;
        let shopper = shopper(world, "shopper").await;
        let goods = offer(world, &seller, "Goods", 9).await;
        let order = shopper.buy(world, &goods, 3, "pm_sandbox_ok").await;
        world.settle().await;
        ok(seller.ship(world, &order).await, 200);
        world.settle().await;
        Self {
            seller,
            shopper,
            goods,
            order,
        }
    }

    async fn agree(&self, world: &mut World, quantity: u32) -> u32 {
        let both = (&self.shopper, &self.seller);
        agreed(world, both, &self.order, &self.goods, quantity).await
    }

    async fn receive(&self, world: &mut World, number: u32, pieces: [u32; 2]) {
        let which = (self.order.as_str(), number);
        let got = receive(world, &self.seller, which, &self.goods, pieces).await;
        ok(got, 200);
    }

    async fn statuses(&self, world: &mut World) -> Vec<Value> {
        let seen = self.shopper.see(world, &self.order).await;
        let returns = seen["returns"].as_array().into_iter().flatten();
        returns.map(|back| back["status"].clone()).collect()
    }

    async fn on_hand(&self, world: &mut World) -> u64 {
        let stock = self.seller.stock(world, &self.goods).await;
        assert_eq!(stock["on_hand"], stock["available"]);
        stock["on_hand"].as_u64().unwrap_or(u64::MAX)
    }
}

fn expected(stands: &[(&str, i64)]) -> BTreeMap<String, i64> {
    let stands = stands.iter();
    stands
        .map(|(name, stands)| ((*name).to_owned(), *stands))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_in_parts_comes_once_however_often_it_is_told() {
    for seed in 1..=16 {
        let mut world = World::unruly(seed);
        let sold = Sold::open(&mut world).await;
        let first = sold.agree(&mut world, 1).await;
        let second = sold.agree(&mut world, 2).await;
        sold.receive(&mut world, first, [1, 0]).await;
        sold.receive(&mut world, second, [1, 1]).await;
        world.settle().await;
        for _ in 0..2 {
            watch(&mut world).await;
        }
        assert_eq!(
            sold.statuses(&mut world).await,
            ["refunded", "refunded"],
            "seed {seed}"
        );
        assert_eq!(sold.on_hand(&mut world).await, 8, "seed {seed}");
        let stands = expected(&[
            ("commission", 0),
            ("customer", 0),
            ("provider", 0),
            ("seller", 0),
        ]);
        assert_eq!(balances(&world), stands, "seed {seed}");
        let moved = world.stage.cloud.items("payment-provider-ledger");
        assert_eq!(
            (&moved[0]["captured"], &moved[0]["refunded"]),
            (&json!(1), &json!(2))
        );
        assert!(world.letters.is_empty(), "{:?}", world.letters);
    }
}

#[tokio::test(start_paused = true)]
async fn a_seller_bears_what_comes_back_and_the_commission_on_it_is_given_back() {
    let mut world = World::new(1);
    let sold = Sold::open(&mut world).await;
    let number = sold.agree(&mut world, 2).await;
    sold.receive(&mut world, number, [0, 1]).await;
    world.settle().await;
    // Three pieces at 12.50, one of which is back; a tenth of each is the marketplace's.
    let stands = [
        ("commission", -250),
        ("customer", 0),
        ("provider", 2_500),
        ("seller", -2_250),
    ];
    assert_eq!(balances(&world), expected(&stands));
    assert_eq!(sold.on_hand(&mut world).await, 6, "it is written off");
    let movements = world.events("stock.changed.v1");
    assert!(
        !movements
            .iter()
            .any(|changed| changed.to_string().contains("returned"))
    );
}

#[tokio::test(start_paused = true)]
async fn the_same_pieces_asked_for_twice_at_once_come_back_once() {
    for seed in 0..16 {
        let mut world = World::new(seed);
        let sold = Sold::open(&mut world).await;
        let asks = (0..4).map(|number| {
            let key = format!("key {number}");
            ask(&sold.shopper, &sold.order, &sold.goods, 2, &key)
        });
        let answers = world.at_once("request-return", asks.collect()).await;
        let taken = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(taken, 1, "seed {seed}");
        for refused in answers.iter().filter(|answer| answer.status != 200) {
            let code = refused.code();
            assert!(
                ["conflict", "validation_failed"].contains(&code),
                "seed {seed}: {code}"
            );
        }
        let agree = step(&sold.seller, "approve-return", &sold.order, 1);
        ok(world.send("approve-return", agree).await, 200);

        // Received twice at once, and taken back by the customer at the same moment.
        let line = json!({ "variant_id": sold.goods, "restocked": 2 });
        let got = |key: &str| {
            let path = format!("/v1/orders/{}/returns/1/receive", sold.order);
            let ask = Ask::post(&path).by(&sold.seller.token).key(key);
            ("receive-return", ask.json(&json!({ "lines": [line] })))
        };
        let kept = step(&sold.shopper, "withdraw-return", &sold.order, 1);
        let all = vec![got("one"), got("other"), ("withdraw-return", kept)];
        let answers = world.all_at_once(all).await;
        let done = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(done, 1, "seed {seed}");
        world.settle().await;
        let came = sold.statuses(&mut world).await == ["refunded"];
        assert_eq!(world.events("payment.refunded.v1").len(), usize::from(came));
        let on_hand = if came { 8 } else { 6 };
        assert_eq!(sold.on_hand(&mut world).await, on_hand, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_nobody_heard_of_a_return_is_made_good_by_the_watchdog() {
    for deaf in [
        vec![REFUND],
        vec![RESTOCK],
        vec![REFUND, RESTOCK],
        vec![GIVE],
        vec![END],
        vec![END, RESTOCK],
    ] {
        let mut world = World::new(5);
        let sold = Sold::open(&mut world).await;
        let number = sold.agree(&mut world, 3).await;
        for lost in &deaf {
            world.lose(*lost);
        }
        sold.receive(&mut world, number, [3, 0]).await;
        world.settle().await;
        world.lost.clear();
        for _ in 0..2 {
            watch(&mut world).await;
        }
        assert_eq!(sold.statuses(&mut world).await, ["refunded"], "{deaf:?}");
        assert_eq!(sold.on_hand(&mut world).await, 9, "{deaf:?}");
        assert_eq!(balances(&world)["provider"], 0, "{deaf:?}");
        let orders = world.stage.cloud.items("order-orders").into_iter();
        let waiting = orders.filter(|order| !order["waiting"].is_null()).count();
        assert_eq!(waiting, 0, "{deaf:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn goods_that_were_given_back_for_already_are_not_paid_back_again() {
    let mut world = World::new(6);
    let sold = Sold::open(&mut world).await;
    let root = faults::admin(&mut world).await;
    let order = json!({ "id": sold.order });
    let all = faults::journey::payments::refund(&root, &order, Some(3_000), "goodwill");
    ok(world.send("request-refund", all).await, 202);
    world.settle().await;
    let number = sold.agree(&mut world, 2).await;
    sold.receive(&mut world, number, [2, 0]).await;
    world.settle().await;
    assert_eq!(sold.statuses(&mut world).await, ["refund_failed"]);
    let number = sold.agree(&mut world, 1).await;
    sold.receive(&mut world, number, [1, 0]).await;
    world.settle().await;
    assert_eq!(sold.statuses(&mut world).await[1], "refund_failed");
    assert_eq!(balances(&world)["provider"], 750);
}

#[tokio::test(start_paused = true)]
async fn the_time_to_send_goods_back_ends() {
    let mut world = World::new(7);
    let sold = Sold::open(&mut world).await;
    world.stage.clock.advance(Duration::from_hours(24 * 29));
    let shopper = Person::log_in(&mut world, &sold.shopper.id, &sold.shopper.email).await;
    let in_time = ask(&shopper, &sold.order, &sold.goods, 1, "in time");
    ok(world.send("request-return", in_time).await, 200);
    world.stage.clock.advance(Duration::from_hours(25));
    let shopper = Person::log_in(&mut world, &sold.shopper.id, &sold.shopper.email).await;
    let late = ask(&shopper, &sold.order, &sold.goods, 1, "late");
    let late = ok(world.send("request-return", late).await, 409);
    assert_eq!(late.code(), "return_window_over");
}

#[tokio::test(start_paused = true)]
async fn a_guests_goods_come_back_by_the_link_to_the_order_and_by_no_other() {
    let mut world = World::new(8);
    let seller = seller(&mut world, "seller").await;
    let goods = offer(&mut world, &seller, "Goods", 9).await;
    let mut guest = Guest::new("guest");
    let order = guest.buy(&mut world, &goods, "pm_sandbox_ok", "one").await;
    let other = guest.buy(&mut world, &goods, "pm_sandbox_ok", "two").await;
    world.settle().await;
    ok(seller.ship(&mut world, &order.id).await, 200);
    world.settle().await;

    let stolen = GuestOrder {
        token: other.token.clone(),
        ..order.clone()
    };
    for (by, status) in [(&stolen, 404), (&order, 200)] {
        let ask = by.ask("POST", "guest-orders", "/returns").key("back");
        let ask = ask.json(&wanted(&goods, 1));
        ok(world.send("request-guest-return", ask).await, status);
    }
    let agree = step(&seller, "approve-return", &order.id, 1);
    ok(world.send("approve-return", agree).await, 200);
    let ask = stolen.ask("POST", "guest-orders", "/returns/1/withdraw");
    ok(
        world.send("withdraw-guest-return", ask.key("no")).await,
        404,
    );
    let got = receive(&mut world, &seller, (&order.id, 1), &goods, [1, 0]).await;
    ok(got, 200);
    world.settle().await;
    let seen = ok(order.look(&mut world).await, 200).body;
    assert_eq!(seen["returns"][0]["status"], "refunded");
    assert_eq!(balances(&world)["provider"], 0);
}
