//! One variant that everybody wants, under what DynamoDB bears: 1,000 write units an item and second, two for each
//! transactional write, and one transaction on an item at a time, of ten milliseconds each.

use std::{cell::Cell, rc::Rc, time::Duration};

use faults::journey::stock::spread;
use futures_util::future::join_all;
use serde_json::Value;
use testkit::Lambda;
use tokio::time::{Instant, sleep, sleep_until};

use crate::races::{Sale, last_pieces, placed};

/// How long a transaction takes.
const TAKES: Duration = Duration::from_millis(10);
/// How many environments of the function hear of orders.
const ENVIRONMENTS: usize = 16;
/// When a queue hands over again what could not be done.
const AGAIN: Duration = Duration::from_millis(500);

/// Of how many orders before the last piece it is asked as well whether they were refused.
const LAST: usize = 100;

/// What has come of so many orders of one piece.
#[derive(Debug, Default)]
struct Rush {
    held: usize,
    refused: usize,
    /// When the last piece was held.
    took: Duration,
    /// How many pieces there were, at most, when a buyer was refused.
    left: u64,
}

/// So many orders a second of one piece each, until all are answered.
async fn rush(pieces: u32, over: u32, (orders, a_second): (usize, u32)) -> Rush {
    let Sale {
        mut world,
        like,
        goods,
        seller,
        ..
    } = last_pieces(1, pieces).await;
    if over > 1 {
        let answer = spread(&mut world, &seller, &goods, over).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let name = "reserve-stock-on-order-placed";
    let main = fleet::FLEET.iter().find(|(known, _)| *known == name);
    let mut environments: Vec<Rc<Lambda>> = Vec::new();
    for _ in 0..ENVIRONMENTS {
        let started = world.stage.start(name, main.expect("it").1).await;
        environments.push(Rc::new(started));
    }
    let before = reservations(&world.stage.cloud.items("inventory-reservations"), "held");
    world.stage.cloud.congest(TAKES);
    let start = Instant::now();
    let last = Cell::new(Duration::ZERO);
    let left = Cell::new(0);
    let cloud = world.stage.cloud.clone();
    let heard = (0..orders).map(|number| {
        let payload = placed(&world, &like, number, 1);
        let function = &environments[number % ENVIRONMENTS];
        let at = start + Duration::from_secs(1) * u32::try_from(number).unwrap() / a_second;
        let (cloud, goods, last, left) = (&cloud, &goods, &last, &left);
        async move {
            sleep_until(at).await;
            loop {
                let answer = function.invoke(payload.clone()).await;
                let failed = answer.expect("no invocation fails")["batchItemFailures"].take();
                if failed.as_array().is_none_or(Vec::is_empty) {
                    break;
                }
                sleep(AGAIN).await;
            }
            // The end of the sale: from here on it counts whether any is left.
            if number + LAST >= pieces as usize && is_refused(cloud, &payload) {
                left.set(available(cloud, goods).max(left.get()));
            } else {
                last.set(start.elapsed().max(last.get()));
            }
        }
    });
    join_all(heard).await;
    let all = cloud.items("inventory-reservations");
    let rush = Rush {
        held: reservations(&all, "held") - before,
        refused: reservations(&all, "refused"),
        took: last.into_inner(),
        left: left.into_inner(),
    };
    let stock = cloud.items("inventory-stock").into_iter();
    let of_goods = stock.filter(|item| item["variant_id"] == goods.as_str());
    for item in of_goods.filter(|item| item["kind"] == "stock") {
        let level = |name: &str| item[name].as_i64().unwrap_or(-1);
        assert!(level("available") >= 0 && level("reserved") >= 0, "{item}");
        assert_eq!(level("on_hand"), level("available") + level("reserved"));
    }
    assert_eq!(rush.held + rush.refused, orders, "{rush:?}");
    let sold = u64::try_from(rush.held).unwrap();
    assert_eq!(sold + available(&cloud, &goods), u64::from(pieces));
    rush
}

fn reservations(items: &[Value], state: &str) -> usize {
    items.iter().filter(|item| item["state"] == state).count()
}

/// Whether the order of a message was refused.
fn is_refused(cloud: &testkit::Cloud, payload: &Value) -> bool {
    let body = payload["Records"][0]["body"].as_str().unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    let order = &body["detail"]["data"]["order_id"];
    let mut items = cloud.items("inventory-reservations").into_iter();
    items.any(|item| item["order_id"] == *order && item["state"] == "refused")
}

fn available(cloud: &testkit::Cloud, goods: &str) -> u64 {
    let items = cloud.items("inventory-stock").into_iter();
    let own = items.filter(|item| item["variant_id"] == goods && item["kind"] == "stock");
    own.filter_map(|item| item["available"].as_u64()).sum()
}

/// Pieces sold in a second.
fn rate(rush: &Rush) -> f64 {
    rush.held as f64 / rush.took.as_secs_f64()
}

#[tokio::test(start_paused = true)]
async fn a_hot_variant_sells_a_thousand_orders_a_second_to_the_last_piece() {
    let rush = rush(3_000, 64, (3_060, 1_500)).await;
    assert_eq!(
        (rush.held, rush.refused, rush.left),
        (3_000, 60, 0),
        "{rush:?}"
    );
    assert!(rate(&rush) >= 1_000.0, "{} a second: {rush:?}", rate(&rush));
}

#[tokio::test(start_paused = true)]
async fn one_item_does_not() {
    let rush = rush(300, 1, (310, 1_500)).await;
    assert_eq!(
        (rush.held, rush.refused, rush.left),
        (300, 10, 0),
        "{rush:?}"
    );
    assert!(rate(&rush) <= 100.0, "{} a second: {rush:?}", rate(&rush));
}
