//! Stock moves in parts, and a ledger of every movement comes to the same.

use std::{collections::BTreeMap, time::Duration};

use contracts::{
    Envelope,
    events::{LineProgress, OrderProgressed, StockChanged, catalogue},
};
use faults::{
    Person, World,
    journey::stock::{adjust, movements, reorder_at},
    offer, seller, shopper,
};
use kernel::Buyer;
use serde_json::{Value, json};
use testkit::{Ask, Fault};

const MOVE: &str = "move-stock-on-order-progressed";
const RECORD: &str = "record-stock-movements";

/// A market in which one order holds three pieces of one variant and two of another.
struct Market {
    seller: Person,
    shopper: Person,
    goods: [String; 2],
    order: String,
}

impl Market {
    async fn open(world: &mut World) -> Self {
        let seller = seller(world, "seller").await;
        let shopper = shopper(world, "shopper").await;
        let first = offer(world, &seller, "Lamps", 10).await;
        let second = offer(world, &seller, "Wicks", 10).await;
        shopper.add(world, &first, 3, "lamps").await;
        let order = shopper.buy(world, &second, 2, "pm_sandbox_ok").await;
        world.settle().await;
        Self {
            seller,
            shopper,
            goods: [first, second],
            order,
        }
    }

    /// What is on hand, reserved and available of the first goods and the second.
    async fn levels(&self, world: &mut World) -> [[u64; 3]; 2] {
        let mut levels = [[0; 3]; 2];
        for (goods, levels) in self.goods.iter().zip(&mut levels) {
            let stock = self.seller.stock(world, goods).await;
            *levels = ["on_hand", "reserved", "available"]
                .map(|level| stock[level].as_u64().unwrap_or(u64::MAX));
        }
        levels
    }

    /// The event that so much of each line is shipped and called off.
    fn progressed(&self, world: &World, counts: [(u32, u32); 2]) -> Value {
        let lines = world.events("order.placed.v1")[0]["lines"].clone();
        let line = |variant: &String, (shipped, cancelled): (u32, u32)| {
            let all = lines.as_array().into_iter().flatten();
            let line = all
                .clone()
                .find(|line| line["variant_id"] == variant.as_str());
            let line = line.expect("a line of the order");
            LineProgress {
                variant_id: variant.parse().unwrap(),
                seller_id: serde_json::from_value(line["seller_id"].clone()).unwrap(),
                quantity: serde_json::from_value(line["quantity"].clone()).unwrap(),
                shipped,
                cancelled,
                unit_price: serde_json::from_value(line["unit_price"].clone()).unwrap(),
            }
        };
        let lines: Vec<LineProgress> = self
            .goods
            .iter()
            .zip(counts)
            .map(|(variant, counts)| line(variant, counts))
            .collect();
        let price = lines[0].unit_price;
        event(
            world,
            "order.progressed.v1",
            OrderProgressed {
                order_id: self.order.parse().unwrap(),
                buyer: Buyer::Guest,
                lines,
                due: price,
                open: price,
                captured: None,
            },
        )
    }

    async fn progress(&self, world: &mut World, counts: [(u32, u32); 2]) {
        let event = self.progressed(world, counts);
        world.enqueue(MOVE, event.to_string());
        world.settle().await;
    }

    async fn in_balance(&self, world: &mut World) {
        world.settle().await;
        in_balance(world);
    }
}

/// An event as a queue hands it over, with an id of its own.
fn event<T: contracts::Event>(world: &World, kind: &str, data: T) -> Value {
    let catalogue = catalogue();
    let known = catalogue.iter().find(|known| known.type_name == kind);
    let example = known.expect("an event").example.clone();
    let mut metadata: contracts::Metadata =
        serde_json::from_value(example["metadata"].clone()).unwrap();
    metadata.id = world.stage.ids.fresh(world.stage.clock.now());
    metadata.time = world.stage.clock.now();
    let detail = Envelope { metadata, data };
    json!({ "detail-type": kind, "source": "order", "detail": detail })
}

fn items(world: &World, table: &str, kind: &str) -> Vec<Value> {
    let items = world.stage.cloud.items(table).into_iter();
    items.filter(|item| item["kind"] == kind).collect()
}

/// Each ledger knows each revision of its stock, and says what the stock says.
fn in_balance(world: &World) {
    let stocks = items(world, "inventory-stock", "stock");
    let ledgers = items(world, "inventory-ledger", "stock-ledger");
    let ledgers: BTreeMap<&str, &Value> = ledgers
        .iter()
        .map(|ledger| (ledger["variant_id"].as_str().unwrap(), ledger))
        .collect();
    assert!(!stocks.is_empty());
    for stock in &stocks {
        let variant = stock["variant_id"].as_str().unwrap();
        let ledger = ledgers[variant];
        assert_eq!(ledger["movements"], stock["rev"], "{ledger} {stock}");
        for level in ["on_hand", "reserved", "available"] {
            assert_eq!(ledger[level], stock[level], "{ledger} {stock}");
        }
        let moved = items(world, "inventory-ledger", "stock-movement").into_iter();
        let moved = moved.filter(|item| item["movement"]["variant_id"] == variant);
        assert_eq!(moved.count() as u64, stock["rev"].as_u64().unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_moves_on_in_parts_and_never_back() {
    let mut world = World::new(1);
    let market = Market::open(&mut world).await;
    assert_eq!(market.levels(&mut world).await, [[10, 3, 7], [10, 2, 8]]);

    market.progress(&mut world, [(1, 0), (0, 0)]).await;
    assert_eq!(market.levels(&mut world).await, [[9, 2, 7], [10, 2, 8]]);
    market.progress(&mut world, [(2, 1), (0, 2)]).await;
    assert_eq!(market.levels(&mut world).await, [[8, 0, 8], [10, 0, 10]]);
    let closed = &items(&world, "inventory-reservations", "reservation")[0];
    assert_eq!(closed["state"], "committed");

    // What was overtaken, and what comes after the end.
    market.progress(&mut world, [(1, 1), (0, 1)]).await;
    market.progress(&mut world, [(2, 1), (0, 2)]).await;
    assert_eq!(market.levels(&mut world).await, [[8, 0, 8], [10, 0, 10]]);
    market.in_balance(&mut world).await;
    let kinds = movements(&mut world, &market.seller, &market.goods[0]).await;
    let mut kinds: Vec<String> = kinds
        .iter()
        .map(|movement| {
            format!(
                "{} {}",
                movement["kind"].as_str().unwrap(),
                movement["pieces"]
            )
        })
        .collect();
    kinds.sort();
    assert_eq!(
        kinds,
        [
            "received 10",
            "released 1",
            "reserved 3",
            "sold 1",
            "sold 1"
        ]
    );
    assert!(world.letters.is_empty(), "{:?}", world.letters);
}

#[tokio::test(start_paused = true)]
async fn parts_come_thrice_and_in_any_order() {
    for seed in 1..=8 {
        let mut world = World::unruly(seed);
        let market = Market::open(&mut world).await;
        for counts in [
            [(1, 0), (0, 0)],
            [(1, 1), (0, 0)],
            [(1, 1), (2, 0)],
            [(2, 1), (2, 0)],
        ] {
            let event = market.progressed(&world, counts);
            for _ in 0..3 {
                world.enqueue(MOVE, event.to_string());
            }
        }
        market.in_balance(&mut world).await;
        let levels = market.levels(&mut world).await;
        assert_eq!(levels, [[8, 0, 8], [8, 0, 8]], "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_left_returns_when_the_order_ends() {
    let mut world = World::new(1);
    let market = Market::open(&mut world).await;
    market.progress(&mut world, [(0, 1), (0, 0)]).await;
    let refused = market.shopper.cancel(&mut world, &market.order).await;
    assert_eq!(refused.status, 200, "{}", refused.text);
    world.settle().await;
    assert_eq!(market.levels(&mut world).await, [[10, 0, 10], [10, 0, 10]]);
    market.in_balance(&mut world).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_held_yet_is_waited_for() {
    let mut world = World::new(1);
    let market = Market::open(&mut world).await;
    let reservations = items(&world, "inventory-reservations", "reservation");
    let key = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    let (pk, sk) = (key(&reservations[0], "pk"), key(&reservations[0], "sk"));
    world.stage.cloud.delete("inventory-reservations", &pk, &sk);
    let event = market.progressed(&world, [(1, 0), (0, 0)]);
    world.enqueue(MOVE, event.to_string());
    for _ in 0..2 {
        world.step().await;
    }
    assert_eq!(market.levels(&mut world).await, [[10, 3, 7], [10, 2, 8]]);
    world
        .stage
        .cloud
        .put("inventory-reservations", &reservations[0]);
    world.settle().await;
    assert_eq!(market.levels(&mut world).await, [[9, 2, 7], [10, 2, 8]]);
}

/// Every call of the consumer fails once, in every way.
#[tokio::test(start_paused = true)]
async fn a_part_survives_every_fault() {
    for fault in Fault::ALL {
        for call in 0..2 {
            let mut world = World::new(1);
            let market = Market::open(&mut world).await;
            let event = market.progressed(&world, [(1, 1), (2, 0)]);
            world.warm(MOVE).await;
            world.stage.cloud.fault(call, fault);
            world.enqueue(MOVE, event.to_string());
            world.settle().await;
            world.stage.cloud.heal();
            world.enqueue(MOVE, event.to_string());
            market.in_balance(&mut world).await;
            let levels = market.levels(&mut world).await;
            assert_eq!(levels, [[9, 1, 8], [8, 0, 8]], "{fault:?} at {call}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_is_told_once_a_crossing_however_often_it_is_heard() {
    for seed in 1..=6 {
        let mut world = World::unruly(seed);
        let seller = seller(&mut world, "seller").await;
        let goods = offer(&mut world, &seller, "Lamps", 6).await;
        reorder_at(&mut world, &seller, &goods, json!(4)).await;
        let told = |world: &World| {
            ["stock.ran-low.v1", "stock.back-in-stock.v1"].map(|kind| world.events(kind).len())
        };
        assert_eq!(told(&world), [0, 1], "the first pieces are in stock");
        for (change, expected) in [
            (-1, [0, 1]),
            (-1, [1, 1]),
            (-2, [1, 1]),
            (4, [1, 1]),
            (-6, [2, 1]),
            (3, [2, 2]),
            (2, [2, 2]),
            (-1, [3, 2]),
        ] {
            let adjusted = adjust(&mut world, &seller, &goods, change).await;
            assert_eq!(adjusted.status, 201, "{}", adjusted.text);
            world.settle().await;
            assert_eq!(told(&world), expected, "seed {seed}: {change}");
        }
        let last = world.events("stock.ran-low.v1");
        assert!(last.iter().any(|event| event["available"] == 4), "{last:?}");
        // Nobody wants to know any more.
        reorder_at(&mut world, &seller, &goods, Value::Null).await;
        for change in [3, -7] {
            adjust(&mut world, &seller, &goods, change).await;
            world.settle().await;
        }
        assert_eq!(told(&world), [3, 2]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_differs_is_flagged_once_a_revision() {
    let mut world = World::new(1);
    let seller = seller(&mut world, "seller").await;
    let goods = offer(&mut world, &seller, "Lamps", 6).await;
    let flagged = |world: &World| world.events("stock.discrepancy-found.v1").len();
    world.tick("reconcile-stock", Duration::from_mins(1)).await;
    world.settle().await;
    assert_eq!(flagged(&world), 0);
    assert!(items(&world, "inventory-ledger", "stock-ledger")[0]["unchecked_since"].is_null());

    // Someone has written past the commands.
    let mut stock = items(&world, "inventory-stock", "stock").remove(0);
    stock["available"] = json!(7);
    stock["on_hand"] = json!(7);
    world.stage.cloud.put("inventory-stock", &stock);
    seller.receive(&mut world, &goods, 1, "one more").await;
    // The ledger has not heard of it yet: nothing can be said.
    world.tick("reconcile-stock", Duration::from_mins(1)).await;
    assert_eq!(flagged(&world), 0);
    for _ in 0..3 {
        world.settle().await;
        world.tick("reconcile-stock", Duration::from_mins(1)).await;
    }
    world.settle().await;
    assert_eq!(flagged(&world), 1);
    let found = world.events("stock.discrepancy-found.v1")[0].clone();
    assert_eq!(
        (
            &found["stock_revision"],
            &found["stock"]["on_hand"],
            &found["ledger"]["on_hand"]
        ),
        (&json!(2), &json!(8), &json!(7))
    );
    seller.receive(&mut world, &goods, 1, "and one more").await;
    world.settle().await;
    world.tick("reconcile-stock", Duration::from_mins(1)).await;
    world.settle().await;
    assert_eq!(flagged(&world), 2);
}

#[tokio::test(start_paused = true)]
async fn movements_of_fifty_variants_are_one_event_and_each_is_recorded_once() {
    let mut world = World::unruly(3);
    let seller = seller(&mut world, "seller").await;
    let mut file =
        "Handle,Title,Type,Published,Variant SKU,Variant Inventory Qty,Variant Price\n".to_owned();
    for number in 0..60 {
        file += &format!("late-{number},Late {number},lights,true,LATE-{number},2,9.00\n");
    }
    let ask = Ask::post("/v1/product-imports?currency=EUR").by(&seller.token);
    let ask = ask.key("import").body("text/csv", file);
    assert_eq!(world.send("import-products", ask).await.status, 202);
    world.settle().await;
    in_balance(&world);
    // As many as one event may name, heard twice.
    let ledgers = items(&world, "inventory-ledger", "stock-ledger");
    let variants = ledgers.iter().take(50);
    let received: Vec<_> = variants
        .map(|ledger| {
            contracts::events::StockMovement::new(
                ledger["variant_id"].as_str().unwrap().parse().unwrap(),
                contracts::events::MovementKind::Received,
                1_u32,
            )
        })
        .collect();
    let changed = StockChanged::by("a test", &received);
    let event = event(&world, "stock.changed.v1", changed);
    for _ in 0..2 {
        world.enqueue(RECORD, event.to_string());
    }
    world.settle().await;
    let ledgers = items(&world, "inventory-ledger", "stock-ledger");
    let twice = ledgers.iter().filter(|ledger| ledger["movements"] == 2);
    assert_eq!(twice.count(), 50);
    assert!(world.letters.is_empty(), "{:?}", world.letters);
}

#[tokio::test(start_paused = true)]
async fn an_adjustment_is_refused_where_it_cannot_be() {
    let mut world = World::new(1);
    let seller = seller(&mut world, "seller").await;
    let goods = offer(&mut world, &seller, "Lamps", 2).await;
    let before = seller.stock(&mut world, &goods).await;
    for (body, status, code) in [
        (
            json!({ "change": 0, "reason": "counted" }),
            422,
            "validation_failed",
        ),
        (
            json!({ "change": 1, "reason": "lost" }),
            422,
            "validation_failed",
        ),
        (
            json!({ "change": -1, "reason": "found" }),
            422,
            "validation_failed",
        ),
        (
            json!({ "change": -3, "reason": "lost" }),
            409,
            "stock_too_low",
        ),
    ] {
        let path = format!("/v1/stock/{goods}/adjustments");
        let ask = Ask::post(&path).by(&seller.token).json(&body);
        let answer = world.send("adjust-stock", ask).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{body}");
    }
    assert_eq!(seller.stock(&mut world, &goods).await, before);

    // The same request is one adjustment.
    world.stage.clock.advance(Duration::from_secs(1));
    let ask = Ask::post(&format!("/v1/stock/{goods}/adjustments")).by(&seller.token);
    let ask = ask
        .key("once")
        .json(&json!({ "change": -1, "reason": "lost" }));
    for _ in 0..2 {
        let answer = world.send("adjust-stock", ask.clone()).await;
        assert_eq!((answer.status, &answer.body["available"]), (201, &json!(1)));
    }
    world.settle().await;
    let moved = movements(&mut world, &seller, &goods).await;
    assert_eq!(moved.len(), 2);
    assert_eq!(
        (&moved[0]["revision"], &moved[0]["reason"]),
        (&json!(2), &json!("lost"))
    );

    // A page at a time.
    let first = Ask::get(&format!("/v1/stock/{goods}/movements?limit=1")).by(&seller.token);
    let first = world.send("list-stock-movements", first).await.body;
    let cursor = first["next_cursor"].as_str().unwrap();
    let next = format!("/v1/stock/{goods}/movements?limit=1&cursor={cursor}");
    let next = Ask::get(&next).by(&seller.token);
    let next = world.send("list-stock-movements", next).await;
    assert_eq!(
        [&first["data"][0], &next.body["data"][0]],
        [&moved[0], &moved[1]]
    );
}
