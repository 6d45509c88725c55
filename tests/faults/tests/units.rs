//! What an order costs in DynamoDB's units, by the sizes of the items that are really written.

use faults::{Person, Scene, World, bill, deeds, journey::order, offer, seller, shopper};
use serde_json::Value;
use testkit::{Ask, Call};

/// The size of an item in kB, rounded up, as DynamoDB bills it
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>): names in
/// UTF-8, text in UTF-8, a number two digits a byte and one more, a list or map three bytes and one a member.
fn kilobytes(item: &Value) -> f64 {
    fn weight(value: &Value) -> usize {
        match value {
            Value::Null | Value::Bool(_) => 1,
            Value::Number(number) => number.to_string().len().div_ceil(2) + 1,
            Value::String(text) => text.len(),
            Value::Array(values) => 3 + values.iter().map(|item| weight(item) + 1).sum::<usize>(),
            Value::Object(members) => {
                let member = |(name, item): (&String, &Value)| name.len() + weight(item) + 1;
                3 + members.iter().map(member).sum::<usize>()
            }
        }
    }
    let members = item.as_object().into_iter().flatten();
    let bytes: usize = members.map(|(name, item)| name.len() + weight(item)).sum();
    bytes.div_ceil(1024) as f64
}

async fn market(world: &mut World, lines: u32) -> Person {
    let seller = seller(world, "seller").await;
    let shopper = shopper(world, "shopper").await;
    for number in 0..lines {
        let variant = offer(world, &seller, &format!("Goods number {number}"), 9).await;
        shopper
            .add(world, &variant, 1, &format!("add {number}"))
            .await;
    }
    shopper
}

fn of<'a>(calls: &'a [Call], function: &str) -> Vec<&'a Call> {
    calls
        .iter()
        .filter(|call| call.function == function)
        .collect()
}

/// The command records that a function has written, in kB.
fn records(world: &World, service: &str, function: &str) -> f64 {
    let records = world.stage.cloud.items(&format!("{service}-commands"));
    let of_function = records.iter().filter(|record| {
        let scope = record["scope"].as_str().unwrap_or_default();
        scope.ends_with(function)
    });
    of_function.map(kilobytes).sum()
}

#[tokio::test(start_paused = true)]
async fn placing_and_reserving_cost_what_their_items_weigh() {
    for lines in [1, 3, 12] {
        let mut world = World::new(1);
        let shopper = market(&mut world, lines).await;
        world.calls.clear();
        let ask = Ask::post("/v1/orders").by(&shopper.token).key("order");
        world
            .send("place-order", ask.json(&order("pm_sandbox_ok")))
            .await;

        let placed = &world.stage.cloud.items("order-orders");
        let orders: f64 = placed
            .iter()
            .filter(|item| item["kind"] == "order")
            .map(kilobytes)
            .sum();
        let record = records(&world, "order", "place-order");
        let calls = of(&world.calls, "place-order");
        let units: f64 = calls.iter().map(|call| call.write_units).sum();
        assert!(
            units > 0.0 && units <= 2.0 * orders + 2.0 * record + 2.0,
            "{lines} lines: {units}"
        );
        assert!(calls.len() <= 3, "{calls:?}");

        world.settle().await;
        let reservations = world.stage.cloud.items("inventory-reservations");
        let is_own = |item: &&Value| item["kind"] != "inspection";
        let reservation: f64 = reservations.iter().filter(is_own).map(kilobytes).sum();
        let record = records(&world, "inventory", "reserve-stock-on-order-placed");
        let calls = of(&world.calls, "reserve-stock-on-order-placed");
        let units: f64 = calls.iter().map(|call| call.write_units).sum();
        let goal = 2.0 * f64::from(lines) + 2.0 * reservation + 2.0 * record;
        assert!(
            units > 0.0 && units <= goal,
            "{lines} lines: {units} of {goal}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_bill_of_an_order_names_every_function_on_its_way() {
    let bill = bill().await;
    for function in [
        "place-order",
        "reserve-stock-on-order-placed",
        "authorize-payment-on-order-stock-reserved",
        "confirm-order-on-payment-authorized",
        "ship-order",
        "capture-payment-on-order-progressed",
        "move-stock-on-order-progressed",
    ] {
        let line = bill.iter().find(|line| line.function == function);
        assert!(
            line.is_some_and(|line| line.write_units > 0.0),
            "{function}: {line:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_costs_more_for_what_was_before_it() {
    let scene = |orders_before| Scene {
        lines: 3,
        orders_before,
    };
    let (first, later) = (deeds(scene(0)).await, deeds(scene(12)).await);
    assert_eq!(first.len(), later.len());
    for ((deed, first), (_, later)) in first.iter().zip(&later) {
        assert!(first.calls > 0 && first.read_units + first.write_units > 0.0);
        // A function that has run before reads anew, once, who was logged out; an item that counts has a digit more.
        let most = |units: f64| units * 1.02;
        assert!(later.calls <= first.calls + 1, "{deed:?}: {later:?}");
        assert!(
            later.read_units <= most(first.read_units) + 1.0,
            "{deed:?}: {later:?}"
        );
        assert!(
            later.write_units <= most(first.write_units),
            "{deed:?}: {later:?}"
        );
    }
}
