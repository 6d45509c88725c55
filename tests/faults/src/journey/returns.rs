//! Goods that come back: asked for, taken back or not, received, and paid back.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Answer, Ask};

use super::{Person, guests::Guest, ok, text};
use crate::{World, offer};

/// The request by which a customer wants to send so many pieces back.
pub fn ask(person: &Person, order: &str, variant: &str, quantity: u32, key: &str) -> Ask {
    let ask = Ask::post(&format!("/v1/orders/{order}/returns")).by(&person.token);
    ask.key(key).json(&wanted(variant, quantity))
}

/// What goes into it.
pub fn wanted(variant: &str, quantity: u32) -> Value {
    json!({ "lines": [{ "variant_id": variant, "quantity": quantity }], "reason": "unwanted" })
}

/// The request that does something with a return: what the function's name begins with.
pub fn step(person: &Person, function: &str, order: &str, number: u32) -> Ask {
    let verb = function.split('-').next().unwrap_or_default();
    let path = format!("/v1/orders/{order}/returns/{number}/{verb}");
    let ask = Ask::post(&path).by(&person.token);
    ask.key(&format!("{verb} {order} {number}"))
}

/// Says for a seller what has come back of a return.
pub async fn receive(
    world: &mut World,
    seller: &Person,
    (order, number): (&str, u32),
    variant: &str,
    [restocked, written_off]: [u32; 2],
) -> Answer {
    let line = json!({
        "variant_id": variant, "restocked": restocked, "written_off": written_off,
    });
    let ask = step(seller, "receive-return", order, number);
    let ask = ask.json(&json!({ "lines": [line] }));
    world.send("receive-return", ask).await
}

/// A return that its seller has agreed to.
pub async fn agreed(
    world: &mut World,
    (shopper, seller): (&Person, &Person),
    order: &str,
    variant: &str,
    quantity: u32,
) -> u32 {
    let key = format!("return {quantity} of {order}");
    let asked = ask(shopper, order, variant, quantity, &key);
    let asked = ok(world.send("request-return", asked).await, 200).body;
    let returns = asked["returns"].as_array().map_or(0, Vec::len);
    let number = u32::try_from(returns).unwrap_or_default();
    let agree = step(seller, "approve-return", order, number);
    ok(world.send("approve-return", agree).await, 200);
    number
}

/// An order that is shipped and paid.
async fn sold(
    world: &mut World,
    (shopper, seller): (&Person, &Person),
    goods: &str,
    method: &str,
) -> String {
    let order = shopper.buy(world, goods, 3, method).await;
    world.settle().await;
    ok(seller.ship(world, &order).await, 200);
    world.settle().await;
    order
}

/// What has happened is told to both, and a note to the one that it is for.
async fn told(world: &mut World, (shopper, seller): (&Person, &Person), order: &str) {
    for (text, visible) in [("Comes back by post.", true), ("Was in a hurry.", false)] {
        let ask = Ask::post(&format!("/v1/orders/{order}/notes")).by(&seller.token);
        let body = json!({ "text": text, "visible_to_customer": visible });
        let noted = world.send("add-order-note", ask.key(text).json(&body));
        ok(noted.await, 201);
    }
    for (reader, notes) in [(shopper, 1), (seller, 2)] {
        let ask = Ask::get(&format!("/v1/orders/{order}/timeline")).by(&reader.token);
        let seen = ok(world.send("get-order-timeline", ask).await, 200).body;
        let entries = seen["entries"].as_array().into_iter().flatten();
        let read = entries.filter(|entry| entry["kind"] == "note").count();
        assert_eq!(read, notes, "{seen}");
    }
    let from = world.stage.clock.now().minus(Duration::from_hours(1));
    let path = format!("/v1/orders?as=seller&fulfilment_status=shipped&placed_from={from}");
    let ask = Ask::get(&path).by(&seller.token);
    let listed = ok(world.send("list-orders", ask).await, 200).body;
    let listed = listed["data"].as_array().into_iter().flatten();
    assert!(listed.clone().any(|one| one["id"] == order));
    assert!(
        listed
            .clone()
            .all(|one| one["fulfilments"][0]["status"] == "shipped")
    );
}

/// Some goods come back whole and some do not; some are not taken back, some kept after all; and the provider may
/// refuse to give their price back.
pub(super) async fn returns(world: &mut World, shopper: &Person, seller: &Person) {
    let goods = offer(world, seller, "Goods on approval", 20).await;
    let both = (shopper, seller);
    let order = sold(world, both, &goods, "pm_sandbox_ok").await;
    let number = agreed(world, both, &order, &goods, 2).await;
    ok(
        receive(world, seller, (&order, number), &goods, [1, 1]).await,
        200,
    );
    world.settle().await;
    let seen = shopper.see(world, &order).await;
    assert_eq!(seen["returns"][0]["status"], "refunded", "{seen}");
    assert_eq!(seen["returns"][0]["refund"]["amount"], 2_500);
    assert_eq!(seen["lines"][0]["returned"], 2);
    assert_eq!(seller.stock(world, &goods).await["on_hand"], 18);

    let worn = ask(shopper, &order, &goods, 1, "worn");
    ok(world.send("request-return", worn).await, 200);
    let sorry = step(seller, "refuse-return", &order, 2);
    let sorry = sorry.json(&json!({ "reason": "It was worn." }));
    ok(world.send("refuse-return", sorry).await, 200);
    agreed(world, both, &order, &goods, 1).await;
    let kept = step(shopper, "withdraw-return", &order, 3);
    ok(world.send("withdraw-return", kept).await, 200);
    assert_eq!(shopper.see(world, &order).await["lines"][0]["returned"], 2);

    let order = sold(world, both, &goods, "pm_sandbox_refund_declined").await;
    let number = agreed(world, both, &order, &goods, 3).await;
    ok(
        receive(world, seller, (&order, number), &goods, [3, 0]).await,
        200,
    );
    world.settle().await;
    let seen = shopper.see(world, &order).await;
    assert_eq!(seen["returns"][0]["status"], "refund_failed", "{seen}");

    told(world, both, &order).await;

    let mut guest = Guest::new("returns-things");
    let order = guest.buy(world, &goods, "pm_sandbox_ok", "returned").await;
    world.settle().await;
    ok(seller.ship(world, &order.id).await, 200);
    world.settle().await;
    let asked = order.ask("POST", "guest-orders", "/returns").key("return");
    let asked = asked.json(&wanted(&goods, 1));
    let asked = ok(world.send("request-guest-return", asked).await, 200).body;
    assert_eq!(text(&asked["returns"][0]["status"]), "requested");
    let kept = order.ask("POST", "guest-orders", "/returns/1/withdraw");
    let kept = world.send("withdraw-guest-return", kept.key("keep")).await;
    assert_eq!(ok(kept, 200).body["returns"][0]["status"], "withdrawn");
    world.settle().await;
}
