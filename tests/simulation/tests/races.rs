//! Many who want the same at the same moment. The seed decides who comes first at each call, and the counts are exact.

use std::rc::Rc;

use faults::{Person, World, journey::order, offer, seller, shopper};
use futures_util::future::join_all;
use kernel::Id;
use serde_json::{Value, json};
use testkit::{Ask, Lambda};

const ROUNDS: u64 = 20;
const BUYERS: usize = 1_000;

/// An `order.placed.v1` as a queue hands it over: some pieces of a variant, for an order of its own.
pub(crate) fn placed(world: &World, like: &Value, number: usize, pieces: u64) -> Value {
    let now = world.stage.clock.now();
    let mut detail = like.clone();
    let event: kernel::EventId = world.stage.ids.fresh(now);
    let order: kernel::OrderId = world.stage.ids.fresh(now);
    detail["metadata"]["id"] = json!(event.to_string());
    detail["metadata"]["aggregate"]["id"] = json!(order.to_string());
    detail["data"]["order_id"] = json!(order.to_string());
    let buyer: kernel::CustomerId = world.stage.ids.fresh(now);
    detail["data"]["customer_id"] = json!(buyer.to_string());
    detail["data"]["lines"][0]["quantity"] = json!(pieces);
    let body = json!({ "detail-type": "order.placed.v1", "source": "order", "detail": detail });
    json!({ "Records": [{
        "messageId": number.to_string(), "receiptHandle": number.to_string(),
        "body": body.to_string(), "eventSource": "aws:sqs",
        "attributes": { "ApproximateReceiveCount": "1" },
    }] })
}

/// Before a rush for what there is of a variant.
pub(crate) struct Sale {
    pub(crate) world: World,
    /// An order of one piece as it was told when it was placed.
    pub(crate) like: Value,
    pub(crate) goods: String,
    pub(crate) seller: Person,
    /// What hears of the next ones.
    function: Rc<Lambda>,
}

/// A stock of so many pieces, and one more that was ordered before.
pub(crate) async fn last_pieces(seed: u64, pieces: u32) -> Sale {
    let mut world = World::new(seed);
    let seller = seller(&mut world, "seller").await;
    let buyer = shopper(&mut world, "buyer").await;
    let goods = offer(&mut world, &seller, "Goods", pieces + 1).await;
    buyer.buy(&mut world, &goods, 1, "pm_sandbox_ok").await;
    world.settle().await;
    let events = world.published.values();
    let told = events.filter(|event| event.detail_type == "order.placed.v1");
    let like = told
        .map(|event| event.detail.clone())
        .next()
        .expect("an order");
    let name = "reserve-stock-on-order-placed";
    let main = fleet::FLEET.iter().find(|(known, _)| *known == name);
    let main = main.expect("the function").1;
    let function = Rc::new(world.stage.start(name, main).await);
    Sale {
        world,
        like,
        goods,
        seller,
        function,
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_who_want_one_to_a_hundred_pieces_get_as_many_as_there_are() {
    for round in 0..ROUNDS {
        let pieces = u32::try_from(1 + round * 99 / (ROUNDS - 1)).unwrap();
        let Sale {
            world,
            like,
            goods,
            function,
            ..
        } = last_pieces(round, pieces).await;
        let mut waiting: Vec<Value> = (0..BUYERS)
            .map(|number| placed(&world, &like, number, 1))
            .collect();
        // Who was in another's way comes again, as from a queue.
        while !waiting.is_empty() {
            let heard = waiting
                .iter()
                .map(|payload| function.invoke(payload.clone()));
            let answers = join_all(heard).await;
            let mut again = Vec::new();
            for (payload, answer) in waiting.into_iter().zip(answers) {
                let failed = answer.expect("no invocation fails")["batchItemFailures"].take();
                if failed.as_array().is_some_and(|failed| !failed.is_empty()) {
                    again.push(payload);
                }
            }
            waiting = again;
        }
        let cloud = &world.stage.cloud;
        let reservations = cloud.items("inventory-reservations").into_iter();
        let states: Vec<String> = reservations
            .map(|it| it["state"].as_str().unwrap_or_default().to_owned())
            .collect();
        let count = |state: &str| states.iter().filter(|it| *it == state).count();
        // And the one of before.
        assert_eq!(count("held"), pieces as usize + 1, "round {round}");
        assert_eq!(count("refused"), BUYERS - pieces as usize, "round {round}");
        let mut stock = cloud.items("inventory-stock").into_iter();
        let stock = stock.find(|it| it["variant_id"] == goods.as_str()).unwrap();
        assert_eq!(
            (&stock["available"], &stock["reserved"], &stock["on_hand"]),
            (&json!(0), &json!(pieces + 1), &json!(pieces + 1)),
            "round {round}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_shipped_and_cancelled_at_once_is_one_of_them() {
    let mut ends = [0, 0];
    for round in 0..ROUNDS {
        let mut world = World::new(round);
        let seller = seller(&mut world, "seller").await;
        let buyer = shopper(&mut world, "buyer").await;
        let goods = offer(&mut world, &seller, "Goods", 3).await;
        let order = buyer.buy(&mut world, &goods, 3, "pm_sandbox_ok").await;
        world.settle().await;
        let to = |person: &Person, verb: &str| {
            Ask::post(&format!("/v1/orders/{order}/{verb}"))
                .by(&person.token)
                .key(verb)
        };
        let asks = vec![
            ("ship-order", to(&seller, "ship")),
            ("cancel-order", to(&buyer, "cancel")),
        ];
        world.all_at_once(asks.clone()).await;
        // Whoever was in the other's way asks again.
        for (function, ask) in asks {
            world.send(function, ask).await;
        }
        world.settle().await;
        let charge = world.stage.cloud.items("payment-provider-ledger").remove(0);
        let moved = charge["moves"].as_array().map_or(0, Vec::len);
        let end = (charge["held"].as_u64(), charge["voided"].as_u64(), moved);
        match buyer.see(&mut world, &order).await["status"].as_str() {
            Some("shipped") => {
                assert_eq!(end, (Some(1), Some(0), 1), "round {round}");
                ends[0] += 1;
            }
            Some("cancelled") => {
                assert_eq!(end, (Some(1), Some(1), 0), "round {round}");
                ends[1] += 1;
            }
            other => panic!("round {round}: {other:?}"),
        }
        let stock = seller.stock(&mut world, &goods).await;
        assert_eq!(stock["reserved"], 0, "round {round}");
    }
    assert!(
        ends.iter().all(|times| *times > 0),
        "both come first now and then: {ends:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn fifty_orders_of_one_cart_at_once_are_one_order_and_one_charge() {
    for round in 0..ROUNDS {
        let mut world = World::new(round);
        let seller = seller(&mut world, "seller").await;
        let buyer = shopper(&mut world, "buyer").await;
        let goods = offer(&mut world, &seller, "Goods", 9).await;
        buyer.add(&mut world, &goods, 2, "add").await;
        let ask = |number: usize| {
            let ask = Ask::post("/v1/orders").by(&buyer.token);
            ask.key(&format!("key {}", number % 10))
                .json(&order("pm_sandbox_ok"))
        };
        world
            .at_once("place-order", (0..50).map(ask).collect())
            .await;
        world.settle().await;
        let orders = world.stage.cloud.items("order-orders").into_iter();
        let orders: Vec<Value> = orders.filter(|it| it["kind"] == "order").collect();
        assert_eq!(orders.len(), 1, "round {round}");
        let id: kernel::OrderId = orders[0]["order_id"].as_str().unwrap().parse().unwrap();
        let charges = world.stage.cloud.items("payment-provider-ledger");
        assert_eq!(charges.len(), 1, "round {round}");
        let key = format!("pay_{}", id.uuid().simple());
        assert_eq!(
            (&charges[0]["key"], &charges[0]["held"]),
            (&json!(key), &json!(1))
        );
        assert_eq!(
            seller.stock(&mut world, &goods).await["reserved"],
            2,
            "round {round}"
        );
    }
}
