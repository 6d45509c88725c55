//! The money of orders: moved as pieces are shipped, given back, booked.

use std::{collections::BTreeMap, time::Duration};

use payment::signature::SigningKey;
use serde_json::{Value, json};
use testkit::{Answer, Ask};

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

/// The worker that takes webhooks from its queue, as it is named to lose them.
pub const WEBHOOKS: (&str, &str) = ("local-payment-webhooks", "follow-payment-webhook");

/// What the sandbox says of an order's charge in a webhook.
pub fn notice(order: &Value, id: &str) -> Value {
    let charge = json!({
        "key": payment_of(order), "order_id": order["id"], "amount": order["total"], "account": "acct_sandbox",
    });
    json!({ "id": id, "type": "charge.succeeded", "charge": charge })
}

/// A webhook, signed now with the secret of the stage or with another.
pub fn webhook(world: &World, body: &Value, secret: Option<&str>) -> Ask {
    let key = SigningKey::new(secret.unwrap_or("what a provider signs with"));
    let body = body.to_string();
    let now = world.stage.clock.now();
    let signature = key.map(|key| key.sign(body.as_bytes(), now));
    Ask::post("/v1/payments/webhooks/sandbox")
        .header("sandbox-signature", &signature.unwrap_or_default())
        .body("application/json", body)
}

/// An order whose payment waits for the customer.
pub async fn unpaid(world: &mut World, shopper: &Person, goods: &str, method: &str) -> Value {
    let order = shopper.buy(world, goods, 1, method).await;
    world.settle().await;
    let order = shopper.see(world, &order).await;
    assert_eq!(order["status"], "stock_reserved", "{order}");
    order
}

/// What the customer sends from the bank's page of an order's charge.
pub fn acts(order: &Value, outcome: &str) -> Ask {
    let url = format!("/v1/sandbox/charges/{}/complete", payment_of(order));
    Ask::post(&url).json(&json!({ "outcome": outcome }))
}

/// The customer acts where the payment says.
pub async fn act(world: &mut World, shopper: &Person, order: &Value, outcome: &str) -> Answer {
    let shown = payment(world, shopper, order).await;
    assert_eq!(shown["status"], "action_required", "{shown}");
    let url = text(&shown["next_action"]["url"]);
    let ask = Ask::post(&url).json(&json!({ "outcome": outcome }));
    world.send("complete-sandbox-charge", ask).await
}

/// What a customer sends whose method was declined.
pub fn attempt(shopper: &Person, order: &Value, method: &str, key: &str) -> Ask {
    let path = format!("/v1/payments/{}/attempts", payment_of(order));
    let ask = Ask::post(&path).by(&shopper.token).key(key);
    ask.json(&json!({ "payment_method": method }))
}

/// An order whose first method was declined, where others may follow.
pub async fn declined(world: &mut World, shopper: &Person, goods: &str) -> Value {
    let order = unpaid(world, shopper, goods, "pm_sandbox_declined").await;
    let shown = payment(world, shopper, &order).await;
    assert_eq!(shown["next_action"]["kind"], "another_method", "{shown}");
    order
}

/// Customers whose method is declined name another: one that is taken, one that is declined as well, and one for which
/// they have to act.
pub(super) async fn attempts(world: &mut World, shopper: &Person, seller: &Person) {
    world.set("PAYMENT_ATTEMPTS", "2");
    let goods = offer(world, seller, "Goods for another card", 9).await;
    for (method, status) in [
        ("pm_sandbox_ok", "confirmed"),
        ("pm_sandbox_declined", "cancelled"),
    ] {
        let order = declined(world, shopper, &goods).await;
        let other = attempt(shopper, &order, method, method);
        ok(world.send("request-payment-attempt", other).await, 202);
        world.settle().await;
        let seen = shopper.see(world, &text(&order["id"])).await;
        assert_eq!(seen["status"], status, "{seen}");
    }
    let order = declined(world, shopper, &goods).await;
    let other = attempt(shopper, &order, "pm_sandbox_3ds", "acts");
    ok(world.send("request-payment-attempt", other).await, 202);
    world.settle().await;
    ok(act(world, shopper, &order, "succeeded").await, 204);
    world.settle().await;
    world
        .tick("watch-open-payments", Duration::from_mins(3))
        .await;
    let shown = payment(world, shopper, &order).await;
    assert_eq!(shown["status"], "authorized", "{shown}");
}

/// Payments that wait for their customers: who act, do not, or are not heard of.
async fn waiting(world: &mut World, shopper: &Person, goods: &str) {
    let paid = unpaid(world, shopper, goods, "pm_sandbox_3ds").await;
    ok(act(world, shopper, &paid, "succeeded").await, 204);
    world.settle().await;
    let again = webhook(world, &notice(&paid, "evt_again"), None);
    ok(world.send("receive-payment-webhook", again).await, 202);
    world.settle().await;
    let seen = shopper.see(world, &text(&paid["id"])).await;
    assert_eq!(seen["status"], "confirmed", "{seen}");

    let lost = unpaid(world, shopper, goods, "pm_sandbox_3ds_lost_reply").await;
    ok(act(world, shopper, &lost, "failed").await, 204);
    world.settle().await;

    let unheard = (WEBHOOKS.0.to_owned(), WEBHOOKS.1);
    let silent = unpaid(world, shopper, goods, "pm_sandbox_3ds").await;
    world
        .tick("watch-open-payments", Duration::from_mins(3))
        .await;
    world.lost.insert(unheard.clone());
    ok(act(world, shopper, &silent, "succeeded").await, 204);
    world.settle().await;
    world.lost.remove(&unheard);
    world
        .tick("watch-open-payments", Duration::from_mins(3))
        .await;
    world.settle().await;
    let seen = shopper.see(world, &text(&silent["id"])).await;
    assert_eq!(seen["status"], "confirmed", "{seen}");

    let never = unpaid(world, shopper, goods, "pm_sandbox_3ds").await;
    world
        .tick("watch-open-payments", Duration::from_mins(16))
        .await;
    world.settle().await;
    for off in [&lost, &never] {
        let seen = shopper.see(world, &text(&off["id"])).await;
        assert_eq!(seen["cancel_reason"], "payment_declined", "{seen}");
    }
    let shown = payment(world, shopper, &never).await;
    assert_eq!(shown["decline_reason"], "action_expired", "{shown}");
}

/// What the accounts stand at, debit less credit.
pub fn balances(world: &World) -> BTreeMap<String, i64> {
    let items = world.stage.cloud.items("payment-ledger").into_iter();
    let accounts = items.filter(|item| item["kind"] == "ledger-account");
    let stands = |account: Value| {
        let side = |name: &str| account[name].as_i64().unwrap_or(i64::MAX);
        let name = account["account"].as_str().unwrap_or_default();
        let name = name.split(':').next().unwrap_or_default().to_owned();
        (name, side("debited") - side("credited"))
    };
    accounts.map(stands).collect()
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

/// Where the payment of an order and the order itself stand, as its shopper sees them.
pub async fn stand(world: &mut World, shopper: &Person, order: &Value) -> (String, String) {
    let paid = payment(world, shopper, order).await;
    let seen = shopper.see(world, order["id"].as_str().unwrap()).await;
    (text(&paid["status"]), text(&seen["status"]))
}

/// The same, as it is expected.
pub fn stands(payment: &str, order: &str) -> (String, String) {
    (payment.to_owned(), order.to_owned())
}

/// A payment as its payer sees it.
pub async fn payment(world: &mut World, shopper: &Person, order: &Value) -> Value {
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
    waiting(world, shopper, &goods).await;
    world
        .tick("reconcile-payments", Duration::from_mins(1))
        .await;
    assert!(world.events("payment.discrepancy-found.v1").is_empty());
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
