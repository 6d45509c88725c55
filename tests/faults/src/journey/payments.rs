//! The money of orders: moved as pieces are shipped, given back, booked.

use serde_json::{Value, json};
use testkit::Ask;

use super::{Person, ok, text};
use crate::{World, offer};

/// The payment of an order.
pub fn payment_of(order: &Value) -> String {
    text(&order["id"]).replacen("ord_", "pay_", 1)
}

/// What an admin sends to give money back: so much, or all of it.
pub fn refund(admin: &Person, order: &Value, amount: Option<u64>, key: &str) -> Ask {
    let amount = amount.map(|amount| json!({ "amount": amount, "currency": "EUR" }));
    let path = format!("/v1/payments/{}/refunds", payment_of(order));
    let ask = Ask::post(&path).by(&admin.token).key(key);
    ask.json(&json!({ "amount": amount, "reason": "returned", "note": "As agreed." }))
}

/// A confirmed order of so many pieces.
async fn sold(
    world: &mut World,
    shopper: &Person,
    goods: &str,
    pieces: u32,
    method: &str,
) -> Value {
    let order = shopper.buy(world, goods, pieces, method).await;
    world.settle().await;
    let order = shopper.see(world, &order).await;
    assert_eq!(order["status"], "confirmed", "{order}");
    order
}

async fn payment(world: &mut World, shopper: &Person, order: &Value) -> Value {
    let ask = Ask::get(&format!("/v1/payments/{}", payment_of(order)));
    ok(world.send("get-payment", ask.by(&shopper.token)).await, 200).body
}

/// What the ledger says of a seller.
async fn account(world: &mut World, seller: &Person) -> Value {
    let path = format!(
        "/v1/ledger/accounts/seller:{}",
        seller.id.replacen("cus_", "sel_", 1)
    );
    let ask = Ask::get(&format!("{path}?limit=2")).by(&seller.token);
    ok(world.send("get-ledger-account", ask).await, 200).body
}

/// Orders that are shipped in parts, called off in part, and given back; and what the provider can do to that.
pub(super) async fn payments(world: &mut World, root: &Person, shopper: &Person, seller: &Person) {
    let before = account(world, seller).await["balance"]["amount"]["amount"].clone();
    let before = before.as_u64().unwrap_or_default();
    let goods = offer(world, seller, "Goods in parts", 20).await;
    let order = sold(world, shopper, &goods, 3, "pm_sandbox_ok").await;
    let id = text(&order["id"]);
    let one = json!({ "lines": [{ "variant_id": goods, "quantity": 1 }] });
    seller.part(world, "ship-order", &id, &one).await;
    world.settle().await;
    assert_eq!(
        payment(world, shopper, &order).await["status"],
        "partly_captured"
    );
    shopper.part(world, "cancel-order", &id, &one).await;
    ok(seller.ship(world, &id).await, 200);
    world.settle().await;
    let refused = sold(world, shopper, &goods, 1, "pm_sandbox_capture_declined").await;
    ok(seller.ship(world, &text(&refused["id"])).await, 200);
    world.settle().await;
    assert_eq!(
        payment(world, shopper, &refused).await["status"],
        "capture_failed"
    );

    let part = refund(root, &order, Some(1_000), "part back");
    ok(world.send("request-refund", part).await, 202);
    let more = refund(root, &order, Some(2_000), "more back");
    ok(world.send("request-refund", more).await, 409);
    world.settle().await;
    for method in ["pm_sandbox_refund_lost_reply", "pm_sandbox_refund_declined"] {
        let order = sold(world, shopper, &goods, 1, method).await;
        ok(seller.ship(world, &text(&order["id"])).await, 200);
        world.settle().await;
        let all = refund(root, &order, None, method);
        ok(world.send("request-refund", all).await, 202);
        world.settle().await;
    }
    let paid = payment(world, shopper, &order).await;
    assert_eq!(paid["status"], "captured");
    assert_eq!(paid["captured"]["amount"], 2_500);
    assert_eq!(paid["refunded"]["amount"], 1_000);
    assert_eq!(paid["refunds"][0]["note"], Value::Null);

    // Four pieces of 12.50, in parts of one, without a tenth each.
    let account = account(world, seller).await;
    let owed = &account["balance"]["amount"]["amount"];
    assert_eq!(*owed, json!(before + 4 * 1_125), "{account}");
    assert_eq!(account["balance"]["side"], "credit");
    assert_eq!(account["entries"]["has_more"], true);
}
