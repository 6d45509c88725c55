//! Customers' banks take money back: it is heard of, answered and decided.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Ask;

use super::{
    Person, ok,
    payments::{WEBHOOKS, payment_of, refund},
    text,
};
use crate::{World, offer};

/// What the bank of an order's customer does, at the sandbox.
pub fn objection(order: &Value, body: &Value) -> Ask {
    let path = format!("/v1/sandbox/charges/{}/dispute", payment_of(order));
    Ask::post(&path).json(body)
}

/// The same, done; and whatever follows from it.
pub async fn object(world: &mut World, order: &Value, body: &Value) {
    let ask = objection(order, body);
    ok(world.send("dispute-sandbox-charge", ask).await, 204);
    world.settle().await;
}

/// The disputes that stand there, as an admin sees them.
pub async fn disputes(world: &mut World, admin: &Person, status: &str) -> Vec<Value> {
    let ask = Ask::get(&format!("/v1/disputes?status={status}")).by(&admin.token);
    let listed = ok(world.send("list-disputes", ask).await, 200).body;
    listed["data"].as_array().cloned().unwrap_or_default()
}

/// The only dispute of an order that stands there.
pub async fn dispute_of(
    world: &mut World,
    admin: &Person,
    (order, status): (&Value, &str),
) -> Value {
    let all = disputes(world, admin, status).await;
    let mut own = all.into_iter().filter(|it| it["order_id"] == order["id"]);
    let dispute = own.next().unwrap_or_default();
    assert!(own.next().is_none(), "two disputes of one order");
    dispute
}

/// The request by which an admin says why the money is ours.
pub fn evidence(admin: &Person, dispute: &Value, (said, key): (&str, &str)) -> Ask {
    let path = format!("/v1/disputes/{}/evidence", text(&dispute["id"]));
    let ask = Ask::post(&path).by(&admin.token).key(key);
    ask.json(&json!({ "text": said }))
}

/// The request by which an admin gives up.
pub fn acceptance(admin: &Person, dispute: &Value) -> Ask {
    let path = format!("/v1/disputes/{}/acceptance", text(&dispute["id"]));
    Ask::post(&path).by(&admin.token).key(&path)
}

/// An order of two pieces at 12.50 that is shipped and paid.
pub async fn shipped(
    world: &mut World,
    (shopper, seller): (&Person, &Person),
    goods: &str,
    method: &str,
) -> Value {
    let order = shopper.buy(world, goods, 2, method).await;
    world.settle().await;
    ok(seller.ship(world, &order).await, 200);
    world.settle().await;
    shopper.see(world, &order).await
}

/// One that is won, one that is lost although nobody's webhooks come, one that is given up.
pub(super) async fn taken_back(
    world: &mut World,
    root: &Person,
    shopper: &Person,
    seller: &Person,
) {
    let both = (shopper, seller);
    let goods = offer(world, seller, "Goods that banks dislike", 20).await;
    let won = shipped(world, both, &goods, "pm_sandbox_ok").await;
    object(world, &won, &json!({ "reason": "product_not_received" })).await;
    let dispute = dispute_of(world, root, (&won, "needs_response")).await;
    let said = evidence(root, &dispute, ("Signed for: winning_evidence.", "signed"));
    ok(world.send("submit-dispute-evidence", said).await, 202);
    world.settle().await;
    let path = format!("/v1/disputes/{}", text(&dispute["id"]));
    let seen = Ask::get(&path).by(&root.token);
    let seen = ok(world.send("get-dispute", seen).await, 200).body;
    assert_eq!(seen["status"], "won", "{seen}");
    assert_eq!(seen["response"]["status"], "succeeded", "{seen}");

    let unheard = (WEBHOOKS.0.to_owned(), WEBHOOKS.1);
    world.lost.insert(unheard.clone());
    let lost = shipped(world, both, &goods, "pm_sandbox_dispute_lost_reply").await;
    object(world, &lost, &json!({ "reason": "product_unacceptable" })).await;
    world
        .tick("watch-open-payments", Duration::from_mins(1))
        .await;
    world.settle().await;
    let dispute = dispute_of(world, root, (&lost, "needs_response")).await;
    let said = evidence(root, &dispute, ("It was sent on Monday.", "sent"));
    ok(world.send("submit-dispute-evidence", said).await, 202);
    world.settle().await;
    let given_up = shipped(world, both, &goods, "pm_sandbox_ok").await;
    let amount = json!({ "amount": 500, "currency": "EUR" });
    object(world, &given_up, &json!({ "amount": amount })).await;
    world.lost.remove(&unheard);
    object(world, &lost, &json!({ "outcome": "lost" })).await;
    dispute_of(world, root, (&lost, "lost")).await;

    // The books are held against ours before anyone has told of it.
    let part = refund(root, &given_up, Some(100), "part of what is disputed");
    ok(world.send("request-refund", part).await, 202);
    world.settle().await;
    world
        .tick("reconcile-payments", Duration::from_mins(1))
        .await;
    world.settle().await;
    let dispute = dispute_of(world, root, (&given_up, "needs_response")).await;
    ok(
        world
            .send("accept-dispute", acceptance(root, &dispute))
            .await,
        202,
    );
    world.settle().await;
    let ended = dispute_of(world, root, (&given_up, "lost")).await;
    assert_eq!(ended["response"]["kind"], "acceptance", "{ended}");
    world
        .tick("reconcile-payments", Duration::from_mins(1))
        .await;
    assert!(world.events("payment.discrepancy-found.v1").is_empty());
}
