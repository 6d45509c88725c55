//! The stock of a hot variant lies in several shards: no piece is sold twice, none is left while buyers are refused.

use std::{collections::BTreeMap, time::Duration};

use faults::{
    Person, World,
    journey::stock::{adjust, movements, spread},
    offer, seller, shopper,
};
use serde_json::{Value, json};
use testkit::{Ask, Fault};

const RESERVE: &str = "reserve-stock-on-order-placed";
const RELEASE: &str = "release-stock-on-order-cancelled";
const MOVE: &str = "move-stock-on-order-progressed";

fn items(world: &World, table: &str, kind: &str) -> Vec<Value> {
    let items = world.stage.cloud.items(table).into_iter();
    items.filter(|item| item["kind"] == kind).collect()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

/// What each shard of a variant has: on hand, reserved, available.
fn shards(world: &World, variant: &str) -> Vec<[i64; 3]> {
    let mut own = items(world, "inventory-stock", "stock");
    own.retain(|item| item["variant_id"] == variant);
    own.sort_by_key(|item| number(&item["shard"]));
    let levels = ["on_hand", "reserved", "available"];
    own.iter()
        .map(|item| levels.map(|level| number(&item[level])))
        .collect()
}

fn sums(world: &World, variant: &str) -> [i64; 3] {
    let shards = shards(world, variant);
    [0, 1, 2].map(|level| shards.iter().map(|levels| levels[level]).sum())
}

/// No shard has less than nothing, each ledger knows each movement of all shards, and says what they have together.
fn in_balance(world: &World) {
    let stock = items(world, "inventory-stock", "stock");
    let mut moved: BTreeMap<&str, i64> = BTreeMap::new();
    for item in &stock {
        let [on_hand, reserved, available] =
            ["on_hand", "reserved", "available"].map(|level| number(&item[level]));
        assert!(reserved >= 0 && available >= 0, "{item}");
        assert_eq!(on_hand, reserved + available, "{item}");
        let variant = item["variant_id"].as_str().unwrap();
        *moved.entry(variant).or_default() += number(&item["rev"]) - number(&item["rearranged"]);
    }
    for ledger in items(world, "inventory-ledger", "stock-ledger") {
        let variant = ledger["variant_id"].as_str().unwrap();
        let levels = ["on_hand", "reserved", "available"].map(|level| number(&ledger[level]));
        assert_eq!(levels, sums(world, variant), "{ledger}");
        assert_eq!(number(&ledger["movements"]), moved[variant], "{ledger}");
    }
}

/// What is logged while the reconcilers look at everything that was written, and at what has moved.
async fn reconciled(world: &mut World) -> Vec<String> {
    world.log = Some(Vec::new());
    for function in [
        "reconcile-stock",
        // Time is over, and that is said.
        "expire-reservations",
        "reconcile-stock",
        "reconcile-reservations",
    ] {
        world.tick(function, Duration::from_mins(16)).await;
        world.settle().await;
    }
    world.log.take().unwrap_or_default()
}

/// Nothing is flagged: as it was written, and a quarter of an hour later.
async fn nothing_is_wrong(world: &mut World) {
    let log = reconciled(world).await;
    let flagged = |line: &&String| line.contains("contradicts") || line.contains("discrepanc");
    let flags: Vec<_> = log.iter().filter(flagged).collect();
    assert!(flags.is_empty(), "{flags:?}");
    assert!(world.events("stock.discrepancy-found.v1").is_empty());
}

/// A market with six pieces of one variant.
struct Market {
    seller: Person,
    shopper: Person,
    goods: String,
}

impl Market {
    async fn open(world: &mut World, over: u32) -> Self {
        let seller = seller(world, "seller").await;
        let shopper = shopper(world, "shopper").await;
        let goods = offer(world, &seller, "Lamps", 6).await;
        let market = Self {
            seller,
            shopper,
            goods,
        };
        if over > 1 {
            market.spread(world, over).await;
        }
        market
    }

    async fn spread(&self, world: &mut World, over: u32) -> Value {
        let spread = spread(world, &self.seller, &self.goods, over).await;
        assert_eq!(spread.status, 200, "{}", spread.text);
        world.settle().await;
        spread.body
    }

    async fn buy(&self, world: &mut World, pieces: u32) -> String {
        let buyer = &self.shopper;
        let order = buyer.buy(world, &self.goods, pieces, "pm_sandbox_ok").await;
        world.settle().await;
        order
    }

    async fn status(&self, world: &mut World, order: &str) -> Value {
        self.shopper.see(world, order).await["status"].clone()
    }

    /// An order that inventory has not heard of yet: its id, and what it is to hear.
    async fn place(&self, world: &mut World, pieces: u32) -> (String, String) {
        world.lose(("order.placed.v1", RESERVE));
        let order = self.buy(world, pieces).await;
        world.lost.clear();
        let body = told(world, "order.placed.v1", &order);
        (order, body)
    }
}

/// What is told of an order, as a queue hands it over.
fn told(world: &World, kind: &str, order: &str) -> String {
    let mut events = world.published.values();
    let event =
        events.find(|event| event.detail_type == kind && event.detail["data"]["order_id"] == order);
    let event = event.expect("an event of the order");
    let body = json!({
        "detail-type": event.detail_type, "source": event.source, "detail": event.detail,
    });
    body.to_string()
}

#[tokio::test(start_paused = true)]
async fn pieces_are_held_and_sold_and_released_in_the_shards_that_they_are_from() {
    let mut world = World::new(1);
    let market = Market::open(&mut world, 3).await;
    assert_eq!(shards(&world, &market.goods), [[2, 0, 2]; 3]);
    let order = market.buy(&mut world, 5).await;
    assert_eq!(market.status(&mut world, &order).await, "confirmed");
    let held = shards(&world, &market.goods);
    let mut taken: Vec<i64> = held.iter().map(|[_, reserved, _]| *reserved).collect();
    assert!(held.iter().all(|[on_hand, ..]| *on_hand == 2), "{held:?}");
    taken.sort_unstable();
    assert_eq!(taken, [1, 2, 2]);
    let some = json!({ "lines": [{ "variant_id": market.goods, "quantity": 2 }] });
    market
        .shopper
        .part(&mut world, "cancel-order", &order, &some)
        .await;
    world.settle().await;
    assert_eq!(sums(&world, &market.goods), [6, 3, 3]);
    let shipped = market.seller.ship(&mut world, &order).await;
    assert_eq!(shipped.status, 200, "{}", shipped.text);
    world.settle().await;
    assert_eq!(sums(&world, &market.goods), [3, 0, 3]);
    in_balance(&world);
    let stock = market.seller.stock(&mut world, &market.goods).await;
    let levels = json!({
        "variant_id": market.goods, "on_hand": 3, "reserved": 0, "available": 3, "shards": 3,
    });
    assert_eq!(stock, levels);
    nothing_is_wrong(&mut world).await;
}

#[tokio::test(start_paused = true)]
async fn nobody_is_refused_while_all_shards_together_have_enough() {
    let mut world = World::new(1);
    let market = Market::open(&mut world, 4).await;
    for pieces in [1, 4, 1] {
        let order = market.buy(&mut world, pieces).await;
        assert_eq!(market.status(&mut world, &order).await, "confirmed");
    }
    assert_eq!(sums(&world, &market.goods), [6, 6, 0]);
    // Refused is who wants more than there is, and is told how many that would have been.
    market
        .seller
        .receive(&mut world, &market.goods, 3, "three")
        .await;
    world.settle().await;
    let greedy = market.buy(&mut world, 4).await;
    assert_eq!(market.status(&mut world, &greedy).await, "cancelled");
    let refused = world.events("stock.refused.v1")[0].clone();
    let shortage = json!({ "variant_id": market.goods, "wanted": 4, "available": 3 });
    assert_eq!(refused["shortages"], json!([shortage]));
    let modest = market.buy(&mut world, 3).await;
    assert_eq!(market.status(&mut world, &modest).await, "confirmed");
    in_balance(&world);
    nothing_is_wrong(&mut world).await;
}

#[tokio::test(start_paused = true)]
async fn what_comes_and_goes_is_spread_anew_and_is_one_movement() {
    let mut world = World::new(1);
    let market = Market::open(&mut world, 4).await;
    market
        .seller
        .receive(&mut world, &market.goods, 6, "six")
        .await;
    assert_eq!(shards(&world, &market.goods), [[3, 0, 3]; 4]);
    let adjusted = adjust(&mut world, &market.seller, &market.goods, -10).await;
    assert_eq!(adjusted.status, 201, "{}", adjusted.text);
    let short = adjust(&mut world, &market.seller, &market.goods, -3).await;
    assert_eq!(short.code(), "stock_too_low");
    world.settle().await;
    assert_eq!(sums(&world, &market.goods), [2, 0, 2]);
    let moved = movements(&mut world, &market.seller, &market.goods).await;
    let pieces: Vec<i64> = moved.iter().map(|moved| number(&moved["pieces"])).collect();
    assert_eq!(pieces, [-10, 6, 6]);
    in_balance(&world);

    // The answer, and what is read afterwards, are the same revision.
    let path = format!("/v1/stock/{}", market.goods);
    let read = Ask::get(&path).by(&market.seller.token);
    let read = world.send("get-stock", read).await;
    assert_eq!(read.header("etag"), adjusted.header("etag"));
    let order = market.buy(&mut world, 2).await;
    assert_eq!(market.status(&mut world, &order).await, "confirmed");
    nothing_is_wrong(&mut world).await;
}

/// What the reservation of one piece more asks of its backends, in write units too.
async fn asked(world: &mut World, market: &Market) -> (Vec<String>, f64) {
    world.calls.clear();
    market.buy(world, 1).await;
    let own = world.calls.iter().filter(|call| call.function == RESERVE);
    let units = own.clone().map(|call| call.write_units).sum();
    (own.map(|call| call.operation.clone()).collect(), units)
}

#[tokio::test(start_paused = true)]
async fn whoever_has_met_a_variant_spread_asks_no_more_than_of_one_that_is_not() {
    let mut world = World::new(1);
    let market = Market::open(&mut world, 1).await;
    let (alone, units) = asked(&mut world, &market).await;
    assert_eq!(alone.len(), 2, "{alone:?}");
    market.spread(&mut world, 3).await;
    let (first, _) = asked(&mut world, &market).await;
    assert_eq!(first.len(), 5, "{first:?}");
    let (next, in_shards) = asked(&mut world, &market).await;
    assert_eq!(next, alone);
    // Whoever has had more held, or from where, may be a kB more.
    assert!(in_shards <= units + 2.0, "{in_shards} and {units}");
}

#[tokio::test(start_paused = true)]
async fn a_cart_sees_the_sum() {
    let mut world = World::new(1);
    let market = Market::open(&mut world, 4).await;
    let other = shopper(&mut world, "other").await;
    let added = other.add(&mut world, &market.goods, 6, "all").await;
    assert_eq!(added.body["lines"][0]["available"], true, "{}", added.text);
    market.buy(&mut world, 1).await;
    let cart = other.cart(&mut world).await;
    assert_eq!(cart["lines"][0]["available"], false, "{cart}");
}

#[tokio::test(start_paused = true)]
async fn what_is_held_stays_where_it_is_when_the_rest_is_gathered() {
    let mut world = World::new(1);
    let market = Market::open(&mut world, 3).await;
    let order = market.buy(&mut world, 5).await;
    let gathered = market.spread(&mut world, 1).await;
    assert_eq!(gathered["available"], 1);
    assert!(gathered["shards"].is_null(), "{gathered}");
    let lie = shards(&world, &market.goods);
    assert_eq!(lie[0][2], 1, "{lie:?}");
    assert_eq!(sums(&world, &market.goods), [6, 5, 1]);
    // It comes back to where it was held, and can be bought there.
    assert_eq!(market.shopper.cancel(&mut world, &order).await.status, 200);
    world.settle().await;
    assert!(shards(&world, &market.goods)[1][2] > 0);
    let all = market.buy(&mut world, 6).await;
    assert_eq!(market.status(&mut world, &all).await, "confirmed");
    assert_eq!(sums(&world, &market.goods), [6, 6, 0]);
    in_balance(&world);
    nothing_is_wrong(&mut world).await;
}

#[tokio::test(start_paused = true)]
async fn stock_is_spread_before_there_is_a_piece_of_it() {
    let mut world = World::new(1);
    let seller = seller(&mut world, "seller").await;
    let goods = offer(&mut world, &seller, "Lamps", 0).await;
    let spread = spread(&mut world, &seller, &goods, 3).await;
    assert_eq!((spread.status, &spread.body["available"]), (200, &json!(0)));
    world.settle().await;
    nothing_is_wrong(&mut world).await;
    seller.receive(&mut world, &goods, 5, "five").await;
    world.settle().await;
    assert_eq!(shards(&world, &goods), [[2, 0, 2], [2, 0, 2], [1, 0, 1]]);
    in_balance(&world);
    for shards in [0, 65] {
        let path = format!("/v1/stock/{goods}/shards");
        let ask = Ask::new("PUT", &path).by(&seller.token);
        let ask = ask.json(&json!({ "shards": shards }));
        let refused = world.send("spread-stock", ask).await;
        assert_eq!((refused.status, refused.code()), (422, "validation_failed"));
    }
}

/// Every call of a reservation over two shards fails once, in every way, and so do those of what ends it.
#[tokio::test(start_paused = true)]
async fn an_order_over_two_shards_survives_every_fault() {
    for fault in Fault::ALL {
        for call in 0..6 {
            let mut world = World::new(1);
            let market = Market::open(&mut world, 3).await;
            let (order, placed) = market.place(&mut world, 3).await;
            world.warm(RESERVE).await;
            world.stage.cloud.fault(call, fault);
            world.enqueue(RESERVE, placed.clone());
            world.settle().await;
            world.stage.cloud.heal();
            // And comes once more.
            world.enqueue(RESERVE, placed);
            world.settle().await;
            let case = format!("{fault:?} at {call}");
            assert_eq!(sums(&world, &market.goods), [6, 3, 3], "{case}");
            let taken = shards(&world, &market.goods).into_iter();
            assert_eq!(taken.filter(|shard| shard[1] > 0).count(), 2, "{case}");
            assert_eq!(market.status(&mut world, &order).await, "confirmed");
            in_balance(&world);

            let is_shipped = call % 2 == 0;
            let (kind, function) = if is_shipped {
                ("order.progressed.v1", MOVE)
            } else {
                ("order.cancelled.v1", RELEASE)
            };
            world.lose((kind, function));
            if is_shipped {
                market.seller.ship(&mut world, &order).await;
            } else {
                market.shopper.cancel(&mut world, &order).await;
            }
            world.settle().await;
            world.lost.clear();
            world.warm(function).await;
            let ended = told(&world, kind, &order);
            world.stage.cloud.fault(call / 2 % 2, fault);
            for _ in 0..2 {
                world.enqueue(function, ended.clone());
                world.settle().await;
                world.stage.cloud.heal();
            }
            let levels = if is_shipped { [3, 0, 3] } else { [6, 0, 6] };
            assert_eq!(sums(&world, &market.goods), levels, "{case}");
            in_balance(&world);
        }
    }
}

/// Just before each call of a reservation the stock comes to lie otherwise.
#[tokio::test(start_paused = true)]
async fn stock_is_spread_and_gathered_while_an_order_reserves() {
    for (from, to) in [(1, 4), (4, 1), (2, 6), (6, 2)] {
        for call in 0..6 {
            let mut world = World::new(1);
            let market = Market::open(&mut world, from).await;
            let (order, placed) = market.place(&mut world, 5).await;
            world.warm(RESERVE).await;
            let path = format!("/v1/stock/{}/shards", market.goods);
            let ask = Ask::new("PUT", &path).by(&market.seller.token);
            let ask = ask.key("meanwhile").json(&json!({ "shards": to }));
            world.meanwhile(call, "spread-stock", ask).await;
            world.enqueue(RESERVE, placed);
            world.settle().await;
            let case = format!("{from} to {to} before {call}");
            assert_eq!(
                market.status(&mut world, &order).await,
                "confirmed",
                "{case}"
            );
            assert_eq!(sums(&world, &market.goods), [6, 5, 1], "{case}");
            in_balance(&world);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_whose_parts_are_too_many_for_one_transaction_has_them_brought_together() {
    let mut world = World::new(1);
    let seller = seller(&mut world, "seller").await;
    let shopper = shopper(&mut world, "shopper").await;
    let mut goods = Vec::new();
    for number in 0..25 {
        let variant = offer(&mut world, &seller, &format!("Lamp {number}"), 4).await;
        spread(&mut world, &seller, &variant, 4).await;
        shopper
            .add(&mut world, &variant, 4, &format!("add {number}"))
            .await;
        goods.push(variant);
    }
    world.settle().await;
    let order = shopper
        .order(&mut world, "pm_sandbox_ok", "all of them")
        .await;
    assert_eq!(order.status, 201, "{}", order.text);
    world.settle().await;
    let id = order.body["id"].as_str().unwrap();
    assert_eq!(shopper.see(&mut world, id).await["status"], "confirmed");
    for variant in &goods {
        assert_eq!(sums(&world, variant), [4, 4, 0]);
    }
    in_balance(&world);
    seller.ship(&mut world, id).await;
    world.settle().await;
    for variant in &goods {
        assert_eq!(sums(&world, variant), [0, 0, 0]);
    }
    in_balance(&world);
    nothing_is_wrong(&mut world).await;
}

/// What is altered in a shard past the commands is found, and so is a reservation that says another one.
#[tokio::test(start_paused = true)]
async fn what_is_altered_in_a_shard_is_found() {
    type Alter = fn(&mut Value);
    let altered: [(&str, &str, Alter); 5] = [
        ("inventory-stock", "stock", |shard| {
            shard["available"] = json!(number(&shard["available"]) + 1);
        }),
        ("inventory-stock", "stock", |shard| {
            shard["reserved"] = json!(number(&shard["reserved"]) + 1);
            shard["on_hand"] = json!(number(&shard["on_hand"]) + 1);
        }),
        ("inventory-stock", "stock", |shard| {
            shard["rearranged"] = json!(9);
        }),
        ("inventory-stock", "stock", |shard| {
            shard["pk"] = Value::Null;
        }),
        ("inventory-reservations", "reservation", |reservation| {
            let part = &mut reservation["lines"][0]["parts"][0]["shard"];
            *part = json!((number(part) + 1) % 3);
        }),
    ];
    for (place, (table, kind, alter)) in altered.into_iter().enumerate() {
        let mut world = World::new(1);
        let market = Market::open(&mut world, 3).await;
        market.buy(&mut world, 5).await;
        let mut found = items(&world, table, kind);
        found.sort_by_key(|item| number(&item["shard"]));
        let before = found.pop().unwrap();
        let mut after = before.clone();
        alter(&mut after);
        if after["pk"].is_null() {
            let key = |name: &str| before[name].as_str().unwrap();
            world.stage.cloud.delete(table, key("pk"), key("sk"));
        } else {
            world.stage.cloud.put(table, &after);
        }
        let log = reconciled(&mut world).await;
        let is_found = log.iter().any(|line| line.contains("_discrepancies"));
        assert!(is_found, "{place}: {log:?}");
    }
}

/// Orders, receipts, adjustments, parcels, cancellations and other numbers of shards, in an order that chance decides,
/// each event thrice and in any order.
#[tokio::test(start_paused = true)]
async fn whatever_happens_in_whatever_order_all_shards_come_to_what_has_moved() {
    for seed in 1..=8_u64 {
        let mut world = World::unruly(seed);
        let market = Market::open(&mut world, 3).await;
        let mut chance = seed;
        let mut orders: Vec<String> = Vec::new();
        for turn in 0..24 {
            chance = chance
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let amount = u32::try_from((chance >> 40) % 5).unwrap() + 1;
            let goods = market.goods.clone();
            match (chance >> 33) % 7 {
                0 => {
                    let key = format!("receive {turn}");
                    market
                        .seller
                        .receive(&mut world, &goods, amount, &key)
                        .await;
                }
                1 => {
                    adjust(&mut world, &market.seller, &goods, -i64::from(amount)).await;
                }
                2 => {
                    spread(&mut world, &market.seller, &goods, amount * 2).await;
                }
                3 => {
                    spread(&mut world, &market.seller, &goods, 1).await;
                }
                4 if !orders.is_empty() => {
                    let order = orders.remove(0);
                    market.shopper.cancel(&mut world, &order).await;
                }
                5 if !orders.is_empty() => {
                    let order = orders.remove(0);
                    market.seller.ship(&mut world, &order).await;
                }
                _ => {
                    // The cart is empty again.
                    world.settle().await;
                    let buyer = &market.shopper;
                    let order = buyer.buy(&mut world, &goods, amount, "pm_sandbox_ok").await;
                    orders.push(order);
                }
            }
            for _ in 0..chance % 40 {
                world.step().await;
            }
        }
        world.settle().await;
        in_balance(&world);
        nothing_is_wrong(&mut world).await;
        assert!(world.letters.is_empty(), "seed {seed}: {:?}", world.letters);
    }
}
