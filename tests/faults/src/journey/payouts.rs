//! Sellers are paid what they are owed, and see what for.

use std::time::Duration;

use serde_json::Value;
use testkit::Ask;

use super::{Person, ok, text};
use crate::World;

/// The seller that someone is.
pub fn seller_of(person: &Person) -> String {
    person.id.replacen("cus_", "sel_", 1)
}

/// The day's round, a while after what was sold last; and whatever follows from it.
pub async fn round(world: &mut World) {
    world.tick("schedule-payouts", Duration::from_mins(2)).await;
    world.settle().await;
}

/// The payouts that someone sees, the latest first.
pub async fn payouts(world: &mut World, person: &Person, query: &str) -> Vec<Value> {
    let ask = Ask::get(&format!("/v1/payouts{query}")).by(&person.token);
    let listed = ok(world.send("list-payouts", ask).await, 200).body;
    listed["data"].as_array().cloned().unwrap_or_default()
}

/// The id of a seller's last payout.
pub async fn last(world: &mut World, seller: &Person) -> String {
    let all = payouts(world, seller, "").await;
    all.first()
        .map(|payout| text(&payout["id"]))
        .unwrap_or_default()
}

/// The rows of a payout's statement, without their names.
pub async fn statement(world: &mut World, person: &Person, payout: &str) -> Vec<Vec<String>> {
    let ask = Ask::get(&format!("/v1/payouts/{payout}/statement")).by(&person.token);
    let file = ok(world.send("get-payout-statement", ask).await, 200);
    assert_eq!(file.header("content-type"), "text/csv");
    let rows = file.text.split_terminator("\r\n").skip(1);
    rows.map(|row| row.split(',').map(str::to_owned).collect())
        .collect()
}

/// A seller is paid out, and looks at what for.
pub(super) async fn paid_out(world: &mut World, root: &Person, seller: &Person) {
    let root = Person::log_in(world, &root.id, &root.email).await;
    let seller = Person::log_in(world, &seller.id, &seller.email).await;
    round(world).await;
    let payout = last(world, &seller).await;
    let ask = Ask::get(&format!("/v1/payouts/{payout}")).by(&seller.token);
    let seen = ok(world.send("get-payout", ask).await, 200).body;
    assert_eq!(seen["status"], "paid", "{seen}");
    let paid = payouts(world, &root, "?status=paid").await;
    assert!(paid.contains(&seen), "{seen}");
    let rows = statement(world, &seller, &payout).await;
    assert_eq!(
        rows.last().map(|row| row[1].as_str()),
        Some("paid_out"),
        "{rows:?}"
    );
    // What is booked next is another payout's.
    round(world).await;
    assert_eq!(last(world, &seller).await, payout);
}
