//! The referee sees what is wrong: each thing that it says can never be is made to be.

use std::collections::BTreeSet;

use faults::{World, journey::payouts::round, offer, seller, shopper};
use serde_json::{Value, json};
use simulation::referee::{Referee, close_payouts};
use testkit::Cloud;

/// An order of three pieces of which two are shipped and paid, and a referee who has seen nothing wrong.
async fn fair() -> (World, Referee) {
    let mut world = World::new(3);
    let seller = seller(&mut world, "seller").await;
    let buyer = shopper(&mut world, "buyer").await;
    let goods = offer(&mut world, &seller, "Goods", 9).await;
    let order = buyer.buy(&mut world, &goods, 3, "pm_sandbox_ok").await;
    world.settle().await;
    let two = json!({ "lines": [{ "variant_id": goods, "quantity": 2 }] });
    seller.part(&mut world, "ship-order", &order, &two).await;
    world.settle().await;
    let mut referee = Referee::new(&world.stage.cloud);
    look(&mut referee, &world.stage.cloud).expect("nothing is wrong");
    (world, referee)
}

fn look(referee: &mut Referee, cloud: &Cloud) -> Result<(), String> {
    let tables = [
        "order-orders",
        "inventory-stock",
        "payment-payments",
        "payment-provider-ledger",
        "payment-ledger",
    ];
    let written: BTreeSet<String> = tables.map(|table| format!("local-{table}")).into();
    referee.look(cloud, &written)
}

/// An item, and how it is made wrong.
type Wrong = (
    &'static str,
    &'static str,
    &'static str,
    fn(&mut Value),
    &'static str,
);

const WRONGS: &[Wrong] = &[
    (
        "more is available than there is",
        "inventory-stock",
        "stock",
        |it| it["available"] = json!(7),
        "on hand",
    ),
    (
        "less is reserved than is held",
        "inventory-stock",
        "stock",
        |it| {
            it["reserved"] = json!(0);
            it["on_hand"] = json!(6);
        },
        "reserved, and held",
    ),
    (
        "stock is below zero",
        "inventory-stock",
        "stock",
        |it| {
            it["available"] = json!(-1);
            it["on_hand"] = json!(0);
        },
        "oversold",
    ),
    (
        "pieces come from nowhere",
        "inventory-stock",
        "stock",
        |it| {
            it["available"] = json!(8);
            it["on_hand"] = json!(9);
        },
        "by what has moved",
    ),
    (
        "a reservation forgets its pieces",
        "inventory-reservations",
        "reservation",
        |it| it["state"] = json!("released"),
        "reserved, and held",
    ),
    (
        "more is shipped than was bought",
        "order-orders",
        "order",
        |it| it["lines"][0]["shipped"] = json!(4),
        "more has become",
    ),
    (
        "a shipped piece is not shipped any more",
        "order-orders",
        "order",
        |it| it["lines"][0]["shipped"] = json!(1),
        "has shrunk",
    ),
    (
        "an order stands where it never came to",
        "order-orders",
        "order",
        |it| it["status"] = json!("cancelled"),
        "where an order stands",
    ),
    (
        "an order goes where no way leads",
        "order-orders",
        "order",
        |it| {
            let back = json!({ "status": "placed", "at": "2026-01-01T00:00:00.000Z" });
            it["history"].as_array_mut().unwrap().push(back);
            it["status"] = json!("placed");
        },
        "went from confirmed to placed",
    ),
    (
        "an order forgets its past",
        "order-orders",
        "order",
        |it| {
            it["history"].as_array_mut().unwrap().remove(0);
        },
        "has forgotten",
    ),
    (
        "money is held twice",
        "payment-provider-ledger",
        "charge",
        |it| it["held"] = json!(2),
        "held twice",
    ),
    (
        "a part is captured twice",
        "payment-provider-ledger",
        "charge",
        |it| {
            let moved = it["moves"][0].clone();
            it["moves"].as_array_mut().unwrap().push(moved);
        },
        "parts, and their keys",
    ),
    (
        "more is captured than is shipped",
        "payment-provider-ledger",
        "charge",
        |it| it["moves"][0]["amount"]["amount"] = json!(3_750),
        "are due",
    ),
    (
        "more is given back than was captured",
        "payment-provider-ledger",
        "charge",
        |it| {
            let back = json!({
                "key": "back", "direction": "refund", "declined": null,
                "amount": { "amount": 2_501, "currency": "EUR" },
            });
            it["moves"].as_array_mut().unwrap().push(back);
        },
        "are given back",
    ),
    (
        "more is taken back than was captured",
        "payment-provider-ledger",
        "charge",
        |it| {
            let amount = json!({ "amount": 2_501, "currency": "EUR" });
            it["disputes"] = json!([{ "amount": amount, "status": "needs_response" }]);
        },
        "are disputed",
    ),
    (
        "an entry does not balance",
        "payment-ledger",
        "journal-entry",
        |it| it["legs"][0]["amount"]["amount"] = json!(1),
        "debit and credit",
    ),
];

#[tokio::test(start_paused = true)]
async fn whatever_is_wrong_is_seen() {
    for (what, table, kind, spoil, expected) in WRONGS {
        let (world, mut referee) = fair().await;
        let cloud = &world.stage.cloud;
        let items = cloud.items(table);
        let mut item = items
            .into_iter()
            .find(|item| item["kind"] == *kind)
            .unwrap();
        spoil(&mut item);
        cloud.put(table, &item);
        let seen = look(&mut referee, cloud);
        let seen = seen.expect_err(what);
        assert!(seen.contains(expected), "{what}: {seen}");
    }
}

/// What is wrong with a payout that the provider has paid.
const UNPAID: &[Wrong] = &[
    (
        "a payout is paid that the provider has refused",
        "payment-provider-ledger",
        "remittance",
        |it| it["declined"] = json!("payout_declined"),
        "stands",
    ),
    (
        "a payout never ends",
        "payment-ledger",
        "payout",
        |it| it["status"] = json!("pending"),
        "stands",
    ),
    (
        "the provider was asked for another",
        "payment-provider-ledger",
        "remittance",
        |it| it["key"] = json!("pot_1"),
        "never asked for",
    ),
    (
        "a seller is paid twice",
        "payment-provider-ledger",
        "remittances",
        |it| it["sum"] = json!(4_500),
        "was paid",
    ),
];

#[tokio::test(start_paused = true)]
async fn payouts_are_held_against_what_the_provider_has_paid() {
    let (mut world, _) = fair().await;
    round(&mut world).await;
    assert_eq!(close_payouts(&world.stage.cloud), Ok(2));
    for (what, table, kind, spoil, expected) in UNPAID {
        let world = world.fork(4);
        let cloud = &world.stage.cloud;
        let mut items = cloud.items(table).into_iter();
        let mut item = items.find(|item| item["kind"] == *kind).unwrap();
        spoil(&mut item);
        cloud.put(table, &item);
        let seen = close_payouts(cloud).expect_err(what);
        assert!(seen.contains(expected), "{what}: {seen}");
    }
}
