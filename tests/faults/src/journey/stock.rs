//! A seller looks after the stock.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Answer, Ask};

use super::{Person, ok};
use crate::World;

/// Corrects what the books say, so often as the reason says why.
pub async fn adjust(world: &mut World, seller: &Person, variant: &str, change: i64) -> Answer {
    // Each has a time of its own, which the list of movements is in the order of.
    world.stage.clock.advance(Duration::from_secs(1));
    let reason = if change < 0 { "damaged" } else { "found" };
    let ask = Ask::post(&format!("/v1/stock/{variant}/adjustments")).by(&seller.token);
    let body = json!({ "change": change, "reason": reason, "note": "By the back door." });
    let id: kernel::EventId = world.stage.ids.fresh(world.stage.clock.now());
    let ask = ask.key(&format!("adjust {id}"));
    world.send("adjust-stock", ask.json(&body)).await
}

/// The movements of a variant, the newest first.
pub async fn movements(world: &mut World, seller: &Person, variant: &str) -> Vec<Value> {
    let ask = Ask::get(&format!("/v1/stock/{variant}/movements?limit=100")).by(&seller.token);
    let list = ok(world.send("list-stock-movements", ask).await, 200).body;
    list["data"].as_array().cloned().unwrap_or_default()
}

/// Says from how many pieces on a variant is low.
pub async fn reorder_at(world: &mut World, seller: &Person, variant: &str, pieces: Value) {
    let path = format!("/v1/stock/{variant}/reorder-point");
    let ask = Ask::new("PUT", &path).by(&seller.token);
    let id: kernel::EventId = world.stage.ids.fresh(world.stage.clock.now());
    let ask = ask.key(&format!("reorder {id}"));
    let ask = ask.json(&json!({ "pieces": pieces }));
    ok(world.send("set-reorder-point", ask).await, 200);
    let ask = Ask::get(&path).by(&seller.token);
    let point = ok(world.send("get-reorder-point", ask).await, 200).body;
    assert_eq!(point["pieces"], pieces);
}

/// Says over how many shards the stock of a variant is spread.
pub async fn spread(world: &mut World, seller: &Person, variant: &str, shards: u32) -> Answer {
    let ask = Ask::new("PUT", &format!("/v1/stock/{variant}/shards")).by(&seller.token);
    let id: kernel::EventId = world.stage.ids.fresh(world.stage.clock.now());
    let ask = ask.key(&format!("spread {id}"));
    let ask = ask.json(&json!({ "shards": shards }));
    world.send("spread-stock", ask).await
}

/// Some pieces are found broken, which is one too many, and others are found.
pub(super) async fn look_after(world: &mut World, seller: &Person, variant: &str) {
    let available = seller.stock(world, variant).await["available"].clone();
    let pieces = available.as_i64().unwrap_or_default();
    reorder_at(world, seller, variant, json!(pieces - 2)).await;
    for change in [-2, 2] {
        ok(adjust(world, seller, variant, change).await, 201);
        world.settle().await;
    }
    let refused = adjust(world, seller, variant, -pieces - 1).await;
    assert_eq!(ok(refused, 409).code(), "stock_too_low");
    assert_eq!(seller.stock(world, variant).await["available"], available);
    assert_eq!(world.events("stock.ran-low.v1").len(), 1);

    // A hot variant, and gathered again: which shard an order takes from its id says, and ids differ from run to run.
    for shards in [3, 1] {
        let levels = ok(spread(world, seller, variant, shards).await, 200).body;
        assert_eq!(levels["available"], available, "{levels}");
        world.settle().await;
        assert_eq!(seller.stock(world, variant).await, levels);
    }

    let moved = movements(world, seller, variant).await;
    assert_eq!(
        (&moved[0]["pieces"], &moved[1]["pieces"]),
        (&json!(2), &json!(-2))
    );
    assert_eq!(moved[1]["reason"], "damaged");
    world.tick("reconcile-stock", Duration::from_mins(1)).await;
    world.settle().await;
    assert!(world.events("stock.discrepancy-found.v1").is_empty());
}
