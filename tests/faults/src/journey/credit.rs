//! Store credit: given by admins, spent by customers beside a card or without one, given back.

use serde_json::{Value, json};
use testkit::{Answer, Ask};

use super::{
    Person, ok, order,
    payments::{attempt, payment, refund},
    text,
};
use crate::{World, offer};

/// What an admin sends to give a customer store credit.
pub fn gift(admin: &Person, customer: &Person, amount: u64, key: &str) -> Ask {
    let path = format!("/v1/customers/{}/store-credit", customer.id);
    let ask = Ask::post(&path).by(&admin.token).key(key);
    let amount = json!({ "amount": amount, "currency": "EUR" });
    ask.json(&json!({ "amount": amount, "reason": "goodwill", "note": "They were kind." }))
}

/// An admin gives a customer store credit.
pub async fn give(world: &mut World, admin: &Person, customer: &Person, amount: u64) {
    let id: kernel::EventId = world.stage.ids.fresh(world.stage.clock.now());
    let gift = gift(admin, customer, amount, &id.to_string());
    ok(world.send("give-store-credit", gift).await, 201);
}

/// A customer's store credit, as the customer sees it.
pub async fn store_credit(world: &mut World, customer: &Person) -> Value {
    let ask = Ask::get("/v1/store-credit").by(&customer.token);
    ok(world.send("get-store-credit", ask).await, 200).body
}

/// What goes into `POST /v1/orders` to pay so much with store credit.
pub fn order_with(method: &str, credit: &Value) -> Value {
    let mut order = order(method);
    order["store_credit"] = credit.clone();
    order
}

/// Someone orders what is in the cart, and pays so much of it with store credit.
pub async fn order_by(
    world: &mut World,
    customer: &Person,
    method: &str,
    credit: &Value,
) -> Answer {
    let id: kernel::EventId = world.stage.ids.fresh(world.stage.clock.now());
    let ask = Ask::post("/v1/orders").by(&customer.token);
    let ask = ask.key(&id.to_string()).json(&order_with(method, credit));
    world.send("place-order", ask).await
}

/// Someone buys so many pieces, and pays so much of it with store credit; the order's id.
pub async fn buy_with(
    world: &mut World,
    customer: &Person,
    (goods, pieces): (&str, u32),
    (method, credit): (&str, u64),
) -> String {
    let id: kernel::EventId = world.stage.ids.fresh(world.stage.clock.now());
    let key = format!("add {id}");
    ok(customer.add(world, goods, pieces, &key).await, 200);
    let credit = json!({ "amount": credit, "currency": "EUR" });
    let placed = order_by(world, customer, method, &credit).await;
    text(&ok(placed, 201).body["id"])
}

/// A customer is given something, spends it, and has some of it back.
pub(super) async fn spent(world: &mut World, root: &Person, shopper: &Person, seller: &Person) {
    give(world, root, shopper, 5_000).await;
    let path = format!("/v1/customers/{}/store-credit?limit=1", shopper.id);
    let ask = Ask::get(&path).by(&root.token);
    let seen = ok(world.send("get-customer-store-credit", ask).await, 200).body;
    assert_eq!(seen["balance"]["amount"], 5_000, "{seen}");
    assert_eq!(seen["entries"]["data"][0]["note"], "They were kind.");

    let goods = offer(world, seller, "Goods for store credit", 9).await;
    let both = buy_with(world, shopper, (&goods, 2), ("pm_sandbox_ok", 1_500)).await;
    world.settle().await;
    let alone = buy_with(world, shopper, (&goods, 1), ("pm_sandbox_ok", 1_250)).await;
    world.settle().await;
    let off = buy_with(world, shopper, (&goods, 1), ("pm_sandbox_ok", 500)).await;
    world.settle().await;
    let short = buy_with(world, shopper, (&goods, 3), ("pm_sandbox_ok", 3_750)).await;
    world.settle().await;
    // Where another method may be named, what is held waits for it.
    let declined = ("pm_sandbox_declined", 500);
    let declined = buy_with(world, shopper, (&goods, 1), declined).await;
    world.settle().await;
    let order = json!({ "id": declined });
    let other = attempt(shopper, &order, "pm_sandbox_declined", "no better");
    ok(world.send("request-payment-attempt", other).await, 202);
    ok(shopper.cancel(world, &off).await, 200);
    world.settle().await;
    for gone in [&short, &declined] {
        let seen = shopper.see(world, gone).await;
        assert_eq!(seen["cancel_reason"], "payment_declined", "{seen}");
    }

    for order in [&both, &alone] {
        ok(seller.ship(world, order).await, 200);
    }
    world.settle().await;
    let order = json!({ "id": both });
    let back = refund(root, &order, Some(1_300), "some of both");
    ok(world.send("request-refund", back).await, 202);
    world.settle().await;
    let paid = payment(world, shopper, &order).await;
    assert_eq!(paid["store_credit"]["captured"]["amount"], 1_500, "{paid}");
    assert_eq!(paid["store_credit"]["refunded"]["amount"], 300, "{paid}");
    let seen = store_credit(world, shopper).await;
    assert_eq!(
        seen["balance"]["amount"],
        5_000 - 1_500 - 1_250 + 300,
        "{seen}"
    );
    assert!(
        seen["entries"]["data"]
            .as_array()
            .is_some_and(|lines| { lines.iter().all(|line| line["note"].is_null()) })
    );
}
