//! Store credit beside a card: never more than there is, never lost, and never paid out; whatever comes twice, late or
//! at once.

use std::{collections::BTreeMap, rc::Rc, time::Duration};

use faults::{
    Moment, Person, Stimulus, World,
    journey::{
        credit::{buy_with, gift, give, order_by, store_credit},
        payments::{act, payment, payment_of, refund, stand, stands},
        payouts, returns,
        rounds::{RECONCILERS, rest, rounds},
        seller_and_admin,
    },
    offer, shopper,
};
use serde_json::{Value, json};
use testkit::{Ask, Fault};
use tokio::task::LocalSet;

const AUTHORIZE: (&str, &str) = (
    "order.stock-reserved.v1",
    "authorize-payment-on-order-stock-reserved",
);
/// No function has this many calls to the backend.
const ENOUGH: usize = 60;
/// What a customer is given here.
const GIVEN: u64 = 2_000;

struct Shop {
    admin: Person,
    seller: Person,
    shopper: Person,
    goods: String,
}

impl Shop {
    /// Goods at 12.50, and a customer with 20.00 of store credit.
    async fn open(world: &mut World) -> Self {
        let (seller, admin) = seller_and_admin(world, "seller").await;
        let shopper = shopper(world, "shopper").await;
        let goods = offer(world, &seller, "Goods", 90).await;
        give(world, &admin, &shopper, GIVEN).await;
        world.settle().await;
        Self {
            admin,
            seller,
            shopper,
            goods,
        }
    }

    /// An order of three pieces, 37.50, of which so much is paid with store credit.
    async fn buy(&self, world: &mut World, method: &str, credit: u64) -> Value {
        let order = buy_with(world, &self.shopper, (&self.goods, 3), (method, credit)).await;
        json!({ "id": order })
    }

    async fn balance(&self, world: &mut World) -> u64 {
        let seen = store_credit(world, &self.shopper).await;
        seen["balance"]["amount"].as_u64().unwrap()
    }

    /// Where the payment and the order stand.
    async fn stand(&self, world: &mut World, order: &Value) -> (String, String) {
        stand(world, &self.shopper, order).await
    }

    /// Ships so many pieces.
    async fn ship(&self, world: &mut World, order: &Value, pieces: u32) {
        let id = order["id"].as_str().unwrap();
        let lines = json!({ "lines": [{ "variant_id": self.goods, "quantity": pieces }] });
        self.seller.part(world, "ship-order", id, &lines).await;
        world.settle().await;
    }

    /// Calls so many pieces off.
    async fn call_off(&self, world: &mut World, order: &Value, pieces: u32) {
        let id = order["id"].as_str().unwrap();
        let lines = json!({ "lines": [{ "variant_id": self.goods, "quantity": pieces }] });
        self.shopper.part(world, "cancel-order", id, &lines).await;
        world.settle().await;
    }

    async fn refund(&self, world: &mut World, order: &Value, amount: u64) {
        let ask = refund(&self.admin, order, Some(amount), &format!("back {amount}"));
        assert_eq!(world.send("request-refund", ask).await.status, 202);
        world.settle().await;
    }
}

/// What the provider has of an order: how often it has held, moved and let go, and the amount that it was asked for.
/// Nothing, where it was never asked.
fn charge(world: &World, order: &Value) -> Option<([u64; 3], u64)> {
    let charges = world.stage.cloud.items("payment-provider-ledger");
    let payment = payment_of(order);
    let mut charges = charges.into_iter();
    let charge = charges.find(|charge| charge["key"] == payment.as_str())?;
    let times = ["held", "captured", "voided"].map(|times| charge[times].as_u64().unwrap());
    Some((
        times,
        charge["amount"]["amount"].as_u64().unwrap_or_default(),
    ))
}

/// What the provider has moved to us and given back.
fn moved(world: &World, order: &Value) -> [u64; 2] {
    let charges = world.stage.cloud.items("payment-provider-ledger");
    let payment = payment_of(order);
    let mut charges = charges.into_iter();
    let charge = charges.find(|charge| charge["key"] == payment.as_str());
    ["capture", "refund"].map(|direction| {
        let moves = charge
            .as_ref()
            .and_then(|charge| charge["moves"].as_array());
        let own = moves.into_iter().flatten();
        let own = own.filter(|it| it["direction"] == direction && it["declined"].is_null());
        own.map(|it| it["amount"]["amount"].as_u64().unwrap()).sum()
    })
}

/// What the accounts stand at, debit less credit, but for those that stand at nothing.
fn books(world: &World) -> BTreeMap<String, i64> {
    let mut books: BTreeMap<String, i64> = BTreeMap::new();
    for account in world.stage.cloud.items("payment-ledger") {
        let Some(name) = account["account"]
            .as_str()
            .filter(|_| account["kind"] == "ledger-account")
        else {
            continue;
        };
        let [debited, credited] =
            ["debited", "credited"].map(|side| account[side].as_i64().unwrap());
        let name = name.split(':').next().unwrap_or_default();
        *books.entry(name.to_owned()).or_default() += debited - credited;
        let is_credit = name == "store-credit";
        assert!(
            !is_credit || debited <= credited,
            "below nothing: {account}"
        );
    }
    assert_eq!(books.values().sum::<i64>(), 0, "{books:?}");
    books.retain(|_, stands| *stands != 0);
    books
}

fn expected<const N: usize>(stands: [(&str, i64); N]) -> BTreeMap<String, i64> {
    BTreeMap::from(stands.map(|(name, stands)| (name.to_owned(), stands)))
}

/// Whoever looks finds nothing that contradicts, in payments, in the provider's books and in the ledger.
async fn is_whole(world: &mut World) {
    rest(world, Duration::from_mins(3)).await;
    world.log = Some(Vec::new());
    rounds(world, &RECONCILERS, Duration::from_mins(30)).await;
    let log = world.log.take().unwrap_or_default().join("\n");
    for metric in ["payment_discrepancies", "ledger_discrepancies"] {
        assert!(!log.contains(metric), "{log}");
    }
    assert!(world.events("payment.discrepancy-found.v1").is_empty());
    assert!(world.letters.is_empty(), "{:?}", world.letters);
}

#[tokio::test(start_paused = true)]
async fn store_credit_is_taken_first_and_given_back_last() {
    let mut world = World::new(1);
    let shop = Shop::open(&mut world).await;
    let order = shop.buy(&mut world, "pm_sandbox_ok", GIVEN).await;
    world.settle().await;
    let stood = shop.stand(&mut world, &order).await;
    assert_eq!(stood, stands("authorized", "confirmed"));
    assert_eq!(charge(&world, &order), Some(([1, 0, 0], 1_750)));
    assert_eq!(shop.balance(&mut world).await, 0);
    let held = expected([("promotions", 2_000), ("customer", -2_000)]);
    assert_eq!(books(&world), held);

    shop.ship(&mut world, &order, 1).await;
    assert_eq!(
        moved(&world, &order),
        [0, 0],
        "the card has paid nothing yet"
    );
    shop.ship(&mut world, &order, 2).await;
    assert_eq!(moved(&world, &order), [1_750, 0]);
    let sold = expected([
        ("promotions", 2_000),
        ("provider", 1_750),
        ("commission", -375),
        ("seller", -3_375),
    ]);
    assert_eq!(books(&world), sold);

    shop.refund(&mut world, &order, 1_000).await;
    assert_eq!(
        (moved(&world, &order)[1], shop.balance(&mut world).await),
        (1_000, 0)
    );
    shop.refund(&mut world, &order, 1_150).await;
    assert_eq!(
        (moved(&world, &order)[1], shop.balance(&mut world).await),
        (1_750, 400)
    );
    shop.refund(&mut world, &order, 1_600).await;
    assert_eq!(
        (moved(&world, &order)[1], shop.balance(&mut world).await),
        (1_750, 2_000)
    );
    let more = refund(&shop.admin, &order, Some(1), "more");
    let more = world.send("request-refund", more).await;
    assert_eq!(more.code(), "refund_exceeds_captured");
    let paid = payment(&mut world, &shop.shopper, &order).await;
    let credit = &paid["store_credit"];
    let parts = ["amount", "captured", "refunded", "released"];
    let parts = parts.map(|part| credit[part]["amount"].as_u64().unwrap());
    assert_eq!(parts, [2_000, 2_000, 2_000, 0], "{paid}");
    assert_eq!(paid["refunds"][1]["store_credit"]["amount"], 400, "{paid}");
    is_whole(&mut world).await;
}

#[tokio::test(start_paused = true)]
async fn who_pays_all_of_it_with_store_credit_needs_no_provider_and_the_seller_is_paid() {
    let mut world = World::new(1);
    let shop = Shop::open(&mut world).await;
    give(&mut world, &shop.admin, &shop.shopper, 3_000).await;
    // The method is not asked for anything.
    let order = shop.buy(&mut world, "pm_sandbox_declined", 3_750).await;
    world.settle().await;
    let stood = shop.stand(&mut world, &order).await;
    assert_eq!(stood, stands("authorized", "confirmed"));
    shop.ship(&mut world, &order, 2).await;
    shop.call_off(&mut world, &order, 1).await;
    let stood = shop.stand(&mut world, &order).await;
    assert_eq!(stood.0, "captured");
    assert_eq!(shop.balance(&mut world).await, 5_000 - 2_500);
    shop.refund(&mut world, &order, 700).await;
    assert_eq!(shop.balance(&mut world).await, 5_000 - 2_500 + 700);
    assert_eq!(charge(&world, &order), None);
    is_whole(&mut world).await;

    payouts::round(&mut world).await;
    let payout = payouts::last(&mut world, &shop.seller).await;
    let ask = Ask::get(&format!("/v1/payouts/{payout}")).by(&shop.seller.token);
    let payout = world.send("get-payout", ask).await.body;
    assert_eq!(
        (&payout["status"], &payout["amount"]["amount"]),
        (&json!("paid"), &json!(2_250))
    );
    is_whole(&mut world).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_held_goes_back_with_whatever_ends_the_payment() {
    for (method, ends) in [
        ("pm_sandbox_declined", "declined"),
        ("pm_sandbox_3ds", "fails to act"),
        ("pm_sandbox_3ds", "does not act"),
        ("pm_sandbox_3ds", "cancels while asked to act"),
        ("pm_sandbox_ok", "cancels"),
        ("pm_sandbox_ok", "calls off"),
        ("pm_sandbox_lost_reply", "cancels"),
    ] {
        let mut world = World::new(1);
        let shop = Shop::open(&mut world).await;
        let order = shop.buy(&mut world, method, 1_500).await;
        world.settle().await;
        let told = format!("{method} {ends}");
        match ends {
            "fails to act" => drop(act(&mut world, &shop.shopper, &order, "failed").await),
            "does not act" => {
                assert_eq!(shop.balance(&mut world).await, 500, "{told}");
                let late = Duration::from_mins(16);
                world.tick("watch-open-payments", late).await;
            }
            "cancels" | "cancels while asked to act" => {
                assert_eq!(shop.balance(&mut world).await, 500, "{told}");
                let id = order["id"].as_str().unwrap();
                assert_eq!(shop.shopper.cancel(&mut world, id).await.status, 200);
            }
            "calls off" => shop.call_off(&mut world, &order, 3).await,
            _ => {}
        }
        world.settle().await;
        assert_eq!(shop.balance(&mut world).await, GIVEN, "{told}");
        assert_eq!(
            shop.stand(&mut world, &order).await.1,
            "cancelled",
            "{told}"
        );
        let given = expected([("promotions", 2_000), ("store-credit", -2_000)]);
        assert_eq!(books(&world), given, "{told}");
        let [held, captured, voided] = charge(&world, &order).unwrap().0;
        assert_eq!((held, captured), (voided, 0), "{told}");
        is_whole(&mut world).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_card_that_refuses_what_is_left_leaves_what_was_taken() {
    let mut world = World::new(1);
    let shop = Shop::open(&mut world).await;
    let order = shop
        .buy(&mut world, "pm_sandbox_capture_declined", 1_500)
        .await;
    world.settle().await;
    shop.ship(&mut world, &order, 3).await;
    assert_eq!(shop.stand(&mut world, &order).await.0, "capture_failed");
    let paid = payment(&mut world, &shop.shopper, &order).await;
    assert_eq!(paid["captured"]["amount"], 1_500, "{paid}");
    assert_eq!(shop.balance(&mut world).await, 500);
    shop.refund(&mut world, &order, 1_500).await;
    assert_eq!(shop.balance(&mut world).await, GIVEN);
    is_whole(&mut world).await;
}

#[tokio::test(start_paused = true)]
async fn what_a_card_does_not_take_back_is_no_store_credit_either() {
    let mut world = World::new(1);
    let shop = Shop::open(&mut world).await;
    let order = shop
        .buy(&mut world, "pm_sandbox_refund_declined", GIVEN)
        .await;
    world.settle().await;
    shop.ship(&mut world, &order, 3).await;
    // Both parts of it or none.
    shop.refund(&mut world, &order, 3_000).await;
    let paid = payment(&mut world, &shop.shopper, &order).await;
    assert_eq!(paid["refunds"][0]["status"], "failed", "{paid}");
    assert_eq!(shop.balance(&mut world).await, 0);
    is_whole(&mut world).await;
}

#[tokio::test(start_paused = true)]
async fn goods_that_come_back_are_given_back_to_the_card_first_and_their_seller_bears_it() {
    let mut world = World::new(1);
    let shop = Shop::open(&mut world).await;
    let order = shop.buy(&mut world, "pm_sandbox_ok", GIVEN).await;
    world.settle().await;
    shop.ship(&mut world, &order, 3).await;
    let id = order["id"].as_str().unwrap();
    let both = (&shop.shopper, &shop.seller);
    returns::agreed(&mut world, both, id, &shop.goods, 2).await;
    let path = format!("/v1/orders/{id}/returns/1/receive");
    let lines = json!({ "lines": [{ "variant_id": shop.goods, "restocked": 2 }] });
    let ask = Ask::post(&path).by(&shop.seller.token).key("received");
    let answer = world.send("receive-return", ask.json(&lines)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    world.settle().await;
    assert_eq!(moved(&world, &order), [1_750, 1_750]);
    assert_eq!(shop.balance(&mut world).await, 750);
    let kept = expected([
        ("promotions", 2_000),
        ("store-credit", -750),
        ("commission", -125),
        ("seller", -1_125),
    ]);
    assert_eq!(books(&world), kept);
    is_whole(&mut world).await;
}

#[tokio::test(start_paused = true)]
async fn store_credit_that_is_asked_for_falsely_is_refused_and_nothing_changes() {
    let mut world = World::new(1);
    let shop = Shop::open(&mut world).await;
    let added = shop.shopper.add(&mut world, &shop.goods, 3, "add").await;
    assert_eq!(added.status, 200);
    for (credit, pointer) in [
        (json!({ "amount": -5, "currency": "EUR" }), None),
        (json!({ "amount": 1.5, "currency": "EUR" }), None),
        (json!({ "amount": u64::MAX, "currency": "EUR" }), None),
        (json!({ "amount": 5 }), None),
        (json!(5), None),
        (
            json!({ "amount": 5, "currency": "EUR", "customer_id": shop.seller.id }),
            None,
        ),
        (
            json!({ "amount": 0, "currency": "EUR" }),
            Some("/store_credit/amount"),
        ),
        (
            json!({ "amount": 3_751, "currency": "EUR" }),
            Some("/store_credit/amount"),
        ),
        (
            json!({ "amount": 5, "currency": "USD" }),
            Some("/store_credit/currency"),
        ),
    ] {
        let answer = order_by(&mut world, &shop.shopper, "pm_sandbox_ok", &credit).await;
        assert!(
            [400, 422].contains(&answer.status),
            "{credit}: {}",
            answer.text
        );
        if let Some(pointer) = pointer {
            assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{credit}");
        }
    }
    world.settle().await;
    assert!(world.events("order.placed.v1").is_empty());

    // Whose it is says the token and nothing else: who has none is declined, and nobody else pays.
    let poor = shopper(&mut world, "poor").await;
    let order = buy_with(&mut world, &poor, (&shop.goods, 1), ("pm_sandbox_ok", 1)).await;
    world.settle().await;
    let order = json!({ "id": order });
    let paid = payment(&mut world, &poor, &order).await;
    assert_eq!(paid["status"], "declined", "{paid}");
    assert_eq!(paid["decline_reason"], "store_credit_short", "{paid}");
    assert_eq!(paid["attempts"], json!([]), "{paid}");
    assert_eq!(charge(&world, &order), None);
    assert_eq!(shop.balance(&mut world).await, GIVEN);
    let seen = store_credit(&mut world, &poor).await;
    assert_eq!(seen["balance"], json!({ "amount": 0, "currency": "EUR" }));
    is_whole(&mut world).await;
}

#[tokio::test(start_paused = true)]
async fn a_gift_is_given_once_and_only_by_who_may() {
    let mut world = World::new(1);
    let shop = Shop::open(&mut world).await;
    let ask = gift(&shop.admin, &shop.shopper, 700, "once");
    let answers = world
        .at_once("give-store-credit", vec![ask.clone(); 20])
        .await;
    assert!(answers.iter().any(|answer| answer.status == 201));
    let again = world.send("give-store-credit", ask).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(shop.balance(&mut world).await, GIVEN + 700);
    let others = (0..20).map(|number| gift(&shop.admin, &shop.shopper, 1, &number.to_string()));
    let answers = world.at_once("give-store-credit", others.collect()).await;
    let given = answers.iter().filter(|answer| answer.status == 201).count();
    assert!(given > 0);
    let now = GIVEN + 700 + u64::try_from(given).unwrap();
    assert_eq!(shop.balance(&mut world).await, now);
    world.settle().await;
    let told = world.events("payment.store-credit-given.v1").len();
    assert_eq!(told, 2 + given);

    for caller in [&shop.shopper, &shop.seller] {
        let ask = gift(caller, &shop.shopper, 700, "mine");
        assert_eq!(world.send("give-store-credit", ask).await.status, 403);
    }
    let nobody = Person {
        id: shop.shopper.id.replace(char::is_numeric, "0"),
        ..shop.shopper.clone()
    };
    let ask = gift(&shop.admin, &nobody, 700, "nobody's");
    assert_eq!(
        world.send("give-store-credit", ask).await.code(),
        "customer_not_found"
    );
    for amount in [
        json!({ "amount": 0, "currency": "EUR" }),
        json!({ "amount": 5, "currency": "USD" }),
    ] {
        let body = json!({ "amount": amount, "reason": "goodwill" });
        let path = format!("/v1/customers/{}/store-credit", shop.shopper.id);
        let ask = Ask::post(&path)
            .by(&shop.admin.token)
            .key("wrong")
            .json(&body);
        assert_eq!(
            world.send("give-store-credit", ask).await.code(),
            "validation_failed"
        );
    }
    assert_eq!(shop.balance(&mut world).await, now);
    is_whole(&mut world).await;
}

/// What has come to an order's payment, in a moment with a card that behaves like this; and the moment.
async fn moment_of(method: &str, function: &str, after: &str) -> (Shop, Value, Moment) {
    let mut world = World::new(1).remembering();
    let shop = Shop::open(&mut world).await;
    let order = shop.buy(&mut world, method, 1_500).await;
    world.settle().await;
    match after {
        "ship" => shop.ship(&mut world, &order, 2).await,
        "ship and refund" => {
            shop.ship(&mut world, &order, 2).await;
            shop.refund(&mut world, &order, 1_700).await;
        }
        "complete" => {
            shop.ship(&mut world, &order, 1).await;
            shop.call_off(&mut world, &order, 2).await;
        }
        "cancel" => {
            let id = order["id"].as_str().unwrap();
            shop.shopper.cancel(&mut world, id).await;
            world.settle().await;
        }
        _ => {}
    }
    let moments = world.moments().into_iter();
    let is_first = |moment: &Moment| match &moment.stimulus {
        Stimulus::Message(delivery) => delivery.received == 1,
        _ => false,
    };
    let own = moments.filter(|moment| moment.function == function && is_first(moment));
    let moment = own.last().unwrap();
    (shop, order, moment)
}

#[tokio::test(start_paused = true)]
async fn whichever_call_is_lost_or_made_twice_the_credit_moves_once() {
    const CAPTURE: &str = "capture-payment-on-order-progressed";
    const GIVE_BACK: &str = "give-refund-on-payment-refund-requested";
    for (method, function, after, left) in [
        ("pm_sandbox_ok", AUTHORIZE.1, "", 500),
        ("pm_sandbox_lost_reply", AUTHORIZE.1, "", 500),
        ("pm_sandbox_declined", AUTHORIZE.1, "", 2_000),
        ("pm_sandbox_ok", CAPTURE, "ship", 500),
        ("pm_sandbox_ok", GIVE_BACK, "ship and refund", 500 + 700),
        ("pm_sandbox_ok", CAPTURE, "complete", 500 + 250),
        (
            "pm_sandbox_ok",
            "void-payment-on-order-cancelled",
            "cancel",
            2_000,
        ),
    ] {
        let (shop, order, moment) = moment_of(method, function, after).await;
        let mut peace = moment.world(99);
        peace.persist(moment.function, &moment.stimulus).await;
        peace.settle().await;
        let (stood, booked) = (shop.stand(&mut peace, &order).await, books(&peace));
        assert_eq!(
            shop.balance(&mut peace).await,
            left,
            "{method} {function} {after}"
        );
        let at_provider = (charge(&peace, &order), moved(&peace, &order));
        for fault in Fault::ALL {
            for call in 0..ENOUGH {
                let mut world = moment.world(100 + call as u64);
                world.warm(moment.function).await;
                world.stage.cloud.fault(call, fault);
                world.once(moment.function, &moment.stimulus).await.ok();
                if world.stage.cloud.heal() {
                    assert!(call > 3, "{function}: {call}");
                    break;
                }
                world.wait(&moment.stimulus);
                world.persist(moment.function, &moment.stimulus).await;
                // And once more, as a queue may.
                world.persist(moment.function, &moment.stimulus).await;
                world.settle().await;
                let told = format!("{method} {function} {after} {fault:?} {call}");
                assert_eq!(shop.stand(&mut world, &order).await, stood, "{told}");
                assert_eq!(shop.balance(&mut world).await, left, "{told}");
                assert_eq!(books(&world), booked, "{told}");
                let now = (charge(&world, &order), moved(&world, &order));
                assert_eq!(now, at_provider, "{told}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_that_is_cancelled_in_any_moment_of_being_paid_keeps_no_credit() {
    for method in [
        "pm_sandbox_ok",
        "pm_sandbox_lost_reply",
        "pm_sandbox_declined",
    ] {
        let (shop, order, moment) = moment_of(method, AUTHORIZE.1, "").await;
        let path = format!("/v1/orders/{}/cancel", order["id"].as_str().unwrap());
        for call in 0..ENOUGH {
            let mut world = moment.world(100 + call as u64);
            world.warm(moment.function).await;
            let ask = Ask::post(&path).by(&shop.shopper.token).key("cancel");
            world.meanwhile(call, "cancel-order", ask).await;
            world.once(moment.function, &moment.stimulus).await.ok();
            if world.stage.cloud.heal() {
                assert!(call > 3, "{method}: {call}");
                break;
            }
            // It is heard of before the provider is asked again, and after.
            if call % 2 == 0 {
                world.settle().await;
            }
            world.persist(moment.function, &moment.stimulus).await;
            world.settle().await;
            let told = format!("{method} {call}");
            assert_eq!(
                shop.stand(&mut world, &order).await.1,
                "cancelled",
                "{told}"
            );
            assert_eq!(shop.balance(&mut world).await, GIVEN, "{told}");
            let given = expected([("promotions", 2_000), ("store-credit", -2_000)]);
            assert_eq!(books(&world), given, "{told}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_thrice_and_in_any_order_is_held_and_given_back_once() {
    for seed in 1..=10 {
        let mut world = World::unruly(seed);
        let shop = Shop::open(&mut world).await;
        let paid = shop.buy(&mut world, "pm_sandbox_ok", 1_000).await;
        world.settle().await;
        let declined = shop.buy(&mut world, "pm_sandbox_declined", 600).await;
        world.settle().await;
        let off = shop.buy(&mut world, "pm_sandbox_lost_reply", 300).await;
        shop.shopper
            .cancel(&mut world, off["id"].as_str().unwrap())
            .await;
        world.settle().await;
        assert_eq!(
            shop.stand(&mut world, &declined).await.0,
            "declined",
            "seed {seed}"
        );
        assert_eq!(shop.balance(&mut world).await, 1_000, "seed {seed}");
        shop.ship(&mut world, &paid, 3).await;
        shop.refund(&mut world, &paid, 3_000).await;
        assert_eq!(shop.balance(&mut world).await, 1_250, "seed {seed}");
        assert_eq!(moved(&world, &paid), [2_750, 2_750], "seed {seed}");
        is_whole(&mut world).await;
    }
}

/// Lets a function take all these messages at once, and those again that it has not taken, as from a queue: who was in
/// another's way comes again. How often it took.
async fn deliver_at_once(world: &World, name: &str, bodies: &[String]) -> usize {
    let found = fleet::FLEET.iter().find(|(known, _)| *known == name);
    let function = Rc::new(world.stage.start(name, found.unwrap().1).await);
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    let mut rounds = 0;
    while !left.is_empty() {
        rounds += 1;
        assert!(rounds < 20, "{} are never taken", left.len());
        let together = LocalSet::new();
        let send = |number: usize| {
            let (function, body) = (Rc::clone(&function), bodies[number].clone());
            together.spawn_local(async move {
                let taken = function.deliver(&number.to_string(), &body, 1).await;
                (number, taken.expect("no invocation fails"))
            })
        };
        let sent: Vec<_> = left.into_iter().map(send).collect();
        together.await;
        left = Vec::new();
        for one in sent {
            let (number, is_taken) = one.await.unwrap();
            if !is_taken {
                left.push(number);
            }
        }
    }
    rounds
}

/// Fifty orders that wait to be paid, each of so much store credit, and what asks for it.
async fn fifty(world: &mut World, credit: u64) -> (Shop, Vec<Value>, Vec<String>) {
    let shop = Shop::open(world).await;
    world.lose(AUTHORIZE);
    let mut orders = Vec::new();
    for _ in 0..50 {
        let bought = (shop.goods.as_str(), 1);
        let order = buy_with(world, &shop.shopper, bought, ("pm_sandbox_ok", credit)).await;
        world.settle().await;
        orders.push(json!({ "id": order }));
    }
    let asks = world.published.values();
    let asks = asks.filter(|event| event.detail_type == AUTHORIZE.0);
    let asks = asks.map(|event| {
        let source = &event.source;
        json!({ "detail-type": AUTHORIZE.0, "source": source, "detail": event.detail }).to_string()
    });
    let asks: Vec<String> = asks.collect();
    assert_eq!(asks.len(), 50);
    world.lost.clear();
    (shop, orders, asks)
}

/// How many payments stand there.
fn payments(world: &World, status: &str) -> u64 {
    let items = world.stage.cloud.items("payment-payments");
    let own = items.iter().filter(|item| item["kind"] == "payment");
    own.filter(|item| item["status"] == status).count() as u64
}

/// How many orders are confirmed; the others are declined for want of credit.
async fn confirmed(world: &mut World, shop: &Shop, orders: &[Value]) -> u64 {
    let mut confirmed = 0;
    for order in orders {
        let stood = shop.stand(world, order).await;
        if stood == stands("authorized", "confirmed") {
            confirmed += 1;
        } else {
            assert_eq!(stood, stands("declined", "cancelled"));
            let paid = payment(world, &shop.shopper, order).await;
            assert_eq!(paid["decline_reason"], "store_credit_short");
        }
    }
    confirmed
}

#[tokio::test(start_paused = true)]
async fn fifty_orders_at_once_spend_the_credit_as_often_as_it_is_there() {
    // More than half of it, a half, and a sixteenth.
    for (credit, times, rounds) in [(1_250, 1, 20), (1_000, 2, 5), (125, 16, 5)] {
        let mut placed = World::new(1);
        let (shop, orders, asks) = fifty(&mut placed, credit).await;
        // Each twice, as a queue may.
        let twice: Vec<String> = asks.iter().chain(&asks).cloned().collect();
        for round in 0..rounds {
            let mut world = placed.fork(1_000 + round);
            deliver_at_once(&world, AUTHORIZE.1, &twice).await;
            let told = format!("{credit} in round {round}");
            let left = GIVEN - credit * times;
            assert_eq!(shop.balance(&mut world).await, left, "{told}");
            let entries = world.stage.cloud.items("payment-ledger");
            let holds = entries.iter();
            let holds = holds.filter(|item| item["books"] == "store_credit_held");
            assert_eq!(holds.count() as u64, times, "{told}");
            let stand = ["authorized", "declined"].map(|status| payments(&world, status));
            assert_eq!(stand, [times, 50 - times], "{told}");
            books(&world);
            if round == 0 {
                world.settle().await;
                let told_of = |kind| world.events(kind).len() as u64;
                let events = ["payment.authorized.v1", "payment.declined.v1"].map(told_of);
                assert_eq!(events, [times, 50 - times], "{told}");
                assert_eq!(confirmed(&mut world, &shop, &orders).await, times, "{told}");
                assert!(world.letters.is_empty(), "{:?}", world.letters);
            }
            world.stage.cloud.forget();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn orders_that_together_cost_the_credit_are_not_in_each_others_way() {
    let mut placed = World::new(1);
    let (shop, _, asks) = fifty(&mut placed, 125).await;
    for round in 0..5 {
        let mut world = placed.fork(2_000 + round);
        let rounds = deliver_at_once(&world, AUTHORIZE.1, &asks[..16]).await;
        assert_eq!(rounds, 1, "round {round}");
        assert_eq!(shop.balance(&mut world).await, 0, "round {round}");
        assert_eq!(payments(&world, "authorized"), 16, "round {round}");
        world.stage.cloud.forget();
    }
}
