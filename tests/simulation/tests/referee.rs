//! The referee sees what is wrong: each thing that it says can never be is made to be.

use std::{collections::BTreeSet, time::Duration};

use dynamo::inspection::PATIENCE;
use faults::{
    Stimulus, World,
    journey::{
        credit::{buy_with, give},
        payments::refund,
        payouts::round,
    },
    offer, seller, seller_and_admin, shopper,
};
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
        "order-documents",
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

/// An order of 37.50 of which 20.00 are store credit, shipped, and 18.50 of it given back, 1.00 as store credit; and
/// one of 12.50 with 5.00, called off. Their customer was given 40.00.
async fn credited() -> World {
    let mut world = World::new(5);
    let (seller, admin) = seller_and_admin(&mut world, "seller").await;
    let buyer = shopper(&mut world, "buyer").await;
    let goods = offer(&mut world, &seller, "Goods", 9).await;
    give(&mut world, &admin, &buyer, 4_000).await;
    let paid = ("pm_sandbox_ok", 2_000);
    let paid = buy_with(&mut world, &buyer, (&goods, 3), paid).await;
    world.settle().await;
    let off = ("pm_sandbox_ok", 500);
    let off = buy_with(&mut world, &buyer, (&goods, 1), off).await;
    world.settle().await;
    seller.ship(&mut world, &paid).await;
    buyer.cancel(&mut world, &off).await;
    world.settle().await;
    let back = refund(&admin, &json!({ "id": paid }), Some(1_850), "back");
    assert_eq!(world.send("request-refund", back).await.status, 202);
    world.settle().await;
    world
}

/// A referee of a world in which nothing more happens.
fn referee_of(world: &World) -> Referee {
    let mut referee = Referee::new(&world.stage.cloud);
    let events = world.published.values();
    events.for_each(|event| referee.published(event));
    referee
}

fn entry_of(books: &str, it: &Value) -> bool {
    it["kind"] == "journal-entry" && it["books"] == books
}

/// The capture that was taken of store credit.
fn is_taken(it: &Value) -> bool {
    let first = it["legs"][0]["account"].as_str().unwrap_or_default();
    entry_of("capture", it) && first.starts_with("customer:")
}

/// What was paid, and not what was called off.
fn is_paid(it: &Value) -> bool {
    let kinds = ["order", "payment", "charge"].map(|kind| it["kind"] == kind);
    let is_over =
        ["cancelled", "voided"].map(|status| it["status"] == status || it["state"] == status);
    kinds.contains(&true) && !is_over.contains(&true)
}

fn is_off(it: &Value) -> bool {
    it["kind"] == "order" && it["status"] == "cancelled"
}

fn is_purse(it: &Value) -> bool {
    let account = it["account"].as_str().unwrap_or_default();
    it["kind"] == "ledger-account" && account.starts_with("store-credit:")
}

/// Lets some legs of an entry be of other amounts.
fn legs<const N: usize>(entry: &mut Value, amounts: [(usize, u64); N]) {
    for (leg, amount) in amounts {
        entry["legs"][leg]["amount"]["amount"] = json!(amount);
    }
}

/// The same of some item of a table.
type Misspent = (
    &'static str,
    &'static str,
    fn(&Value) -> bool,
    fn(&mut Value),
    &'static str,
);

const MISSPENT: &[Misspent] = &[
    (
        "more store credit is spent than was given",
        "payment-ledger",
        |it| entry_of("store_credit_held", it) && it["legs"][0]["amount"]["amount"] == 2_000,
        |it| legs(it, [(0, 4_500), (1, 4_500)]),
        "has spent more",
    ),
    (
        "more is given than anyone was told",
        "payment-ledger",
        |it| entry_of("store_credit_given", it),
        |it| legs(it, [(0, 9_000), (1, 9_000)]),
        "given, and told",
    ),
    (
        "a customer has less than nothing",
        "payment-ledger",
        is_purse,
        |it| it["debited"] = json!(9_999),
        "below nothing",
    ),
    (
        "store credit is held twice",
        "payment-ledger",
        |it| entry_of("store_credit_held", it),
        |it| it["pk"] = json!("entry#again"),
        "moves twice",
    ),
    (
        "it is let go twice",
        "payment-ledger",
        |it| entry_of("store_credit_released", it),
        |it| it["pk"] = json!("entry#again"),
        "moves twice",
    ),
    (
        "it is moved by what moves none",
        "payment-ledger",
        |it| entry_of("store_credit_released", it),
        |it| it["books"] = json!("payout"),
        "what does this do",
    ),
    (
        "more is taken than was held",
        "payment-ledger",
        |it| entry_of("store_credit_held", it) && it["legs"][0]["amount"]["amount"] == 2_000,
        |it| legs(it, [(0, 1_900), (1, 1_900)]),
        "than was held",
    ),
    (
        "more is captured and taken than is shipped",
        "payment-ledger",
        is_taken,
        |it| legs(it, [(0, 2_100), (2, 1_900)]),
        "are due",
    ),
    (
        "the card pays before all store credit is taken",
        "payment-ledger",
        is_taken,
        |it| legs(it, [(0, 1_900), (2, 1_700)]),
        "before its store credit",
    ),
    (
        "more is given back than was taken",
        "payment-ledger",
        |it| entry_of("refund", it),
        |it| legs(it, [(4, 2_100), (5, 2_100)]),
        "than was taken",
    ),
    (
        "two charges of an order are held",
        "payment-provider-ledger",
        is_paid,
        |it| {
            let key = format!("{}#attempt#2", it["key"].as_str().unwrap_or_default());
            it["pk"] = json!(format!("charge#{key}"));
            it["key"] = json!(key);
            it["moves"] = json!([]);
        },
        "two charges",
    ),
    (
        "more is shipped than anyone holds money for",
        "order-orders",
        is_paid,
        |it| {
            it["lines"][0]["quantity"] = json!(5);
            it["lines"][0]["shipped"] = json!(5);
        },
        "nobody holds",
    ),
    (
        "a cancelled order holds store credit",
        "payment-ledger",
        |it| entry_of("store_credit_released", it),
        |it| legs(it, [(0, 400), (1, 400)]),
        "is over and holds store credit",
    ),
    (
        "store credit of an open order is let go",
        "order-orders",
        is_off,
        |it| it["lines"][0]["quantity"] = json!(2),
        "is open, and its store credit let go",
    ),
    (
        "another part was to be paid with it",
        "order-orders",
        is_paid,
        |it| it["store_credit"]["amount"] = json!(1_900),
        "were to be paid with store credit",
    ),
    (
        "the card was asked for the whole",
        "payment-provider-ledger",
        is_paid,
        |it| it["amount"]["amount"] = json!(3_750),
        "the rest of its price",
    ),
    (
        "store credit is given back before the card",
        "payment-provider-ledger",
        is_paid,
        |it| it["moves"][1]["amount"]["amount"] = json!(1_700),
        "given back to the card",
    ),
    (
        "an order is invoiced without its store credit",
        "order-documents",
        |it| it["document_kind"] == "invoice" && it["kind"] == "order-document",
        |it| it["total"]["amount"] = json!(1_750),
        "each invoice",
    ),
    (
        "we have taken less than is booked",
        "payment-payments",
        is_paid,
        |it| it["captures"][0]["amount"]["amount"] = json!(1_900),
        "ours and the journal's",
    ),
    (
        "we have held more than is booked",
        "payment-payments",
        is_paid,
        |it| it["store_credit"]["amount"]["amount"] = json!(2_100),
        "held and let go",
    ),
    (
        "a customer has more than the entries come to",
        "payment-ledger",
        is_purse,
        |it| it["credited"] = json!(9_999),
        "and its entries",
    ),
];

#[tokio::test(start_paused = true)]
async fn store_credit_that_is_misspent_is_seen() {
    let world = credited().await;
    let mut referee = referee_of(&world);
    let cloud = &world.stage.cloud;
    assert_eq!(look(&mut referee, cloud), Ok(()));
    assert_eq!(referee.close(cloud), Ok(()));
    for (what, table, which, spoil, expected) in MISSPENT {
        let world = world.fork(6);
        let mut referee = referee_of(&world);
        let cloud = &world.stage.cloud;
        let mut items = cloud.items(table).into_iter();
        let mut item = items.find(which).expect(what);
        spoil(&mut item);
        cloud.put(table, &item);
        let seen = look(&mut referee, cloud).and_then(|()| referee.close(cloud));
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

/// What the reconcilers say a while later, and the referee to it.
async fn reconciled(world: &mut World, referee: &Referee) -> Result<(), String> {
    world.log = Some(Vec::new());
    world.stage.clock.advance(PATIENCE + Duration::from_mins(1));
    for reconciler in [
        "reconcile-reservations",
        "reconcile-stock",
        "reconcile-ledger",
        "reconcile-payments",
    ] {
        world
            .once(reconciler, &Stimulus::Tick)
            .await
            .expect("it looks");
    }
    let log = world.log.take().unwrap_or_default();
    log.iter()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .try_for_each(|line| referee.read(&line))
}

/// An item that contradicts others, and what a reconciler counts of it.
const CONTRADICTING: &[Wrong] = &[
    (
        "more is available than has come",
        "inventory-stock",
        "stock",
        |it| it["available"] = json!(8),
        "stock_discrepancies",
    ),
    (
        "other pieces are held than were bought",
        "inventory-reservations",
        "reservation",
        |it| it["lines"][0]["quantity"] = json!(7),
        "reservation_discrepancies",
    ),
    (
        "an account has more than its entries",
        "payment-ledger",
        "ledger-account",
        |it| it["credited"] = json!(9_999),
        "ledger_discrepancies",
    ),
    (
        "the provider has taken more than we have",
        "payment-provider-ledger",
        "charge",
        |it| it["moves"][0]["amount"]["amount"] = json!(1),
        "payment_discrepancies",
    ),
];

#[tokio::test(start_paused = true)]
async fn what_a_reconciler_finds_is_heard() {
    let (world, referee) = fair().await;
    assert_eq!(reconciled(&mut world.fork(7), &referee).await, Ok(()));
    for (what, table, kind, spoil, expected) in CONTRADICTING {
        let mut world = world.fork(8);
        let mut items = world.stage.cloud.items(table).into_iter();
        let mut item = items.find(|item| item["kind"] == *kind).expect(what);
        spoil(&mut item);
        world.stage.cloud.put(table, &item);
        let heard = reconciled(&mut world, &referee).await.expect_err(what);
        assert!(heard.contains(expected), "{what}: {heard}");
    }
}
