//! Customers whose method is declined name another: whatever comes twice, late, at once, in between or never. Of two
//! charges for one order never both hold money.

use std::time::Duration;

use faults::{
    Moment, Person, Stimulus, World,
    journey::{
        disputes::{dispute_of, object},
        guests::Guest,
        payments::{
            WEBHOOKS, act, attempt, balances, declined, notice, payment, payment_of, refund, stand,
            stands, unpaid, webhook,
        },
        seller_and_admin,
    },
    offer, shopper,
};
use kernel::Timestamp;
use serde_json::{Value, json};
use testkit::{Ask, Fault};

/// The consumer that has the provider asked for another method.
const ASK: (&str, &str) = (
    "payment.attempt-requested.v1",
    "authorize-payment-on-payment-attempt-requested",
);
/// No function has this many calls to the backend.
const ENOUGH: usize = 40;

struct Shop {
    admin: Person,
    seller: Person,
    shopper: Person,
    goods: String,
}

impl Shop {
    async fn open(world: &mut World) -> Self {
        let (seller, admin) = seller_and_admin(world, "seller").await;
        let shopper = shopper(world, "shopper").await;
        let goods = offer(world, &seller, "Goods", 9).await;
        Self {
            admin,
            seller,
            shopper,
            goods,
        }
    }

    /// An order whose first method was declined.
    async fn declined(&self, world: &mut World) -> Value {
        declined(world, &self.shopper, &self.goods).await
    }

    /// Its customer names another; the status and the code of the answer.
    async fn attempt(&self, world: &mut World, order: &Value, method: &str) -> (u16, String) {
        let id: kernel::EventId = world.stage.ids.fresh(world.stage.clock.now());
        let ask = attempt(&self.shopper, order, method, &id.to_string());
        let answer = world.send("request-payment-attempt", ask).await;
        (answer.status, answer.code().to_owned())
    }

    /// The same, taken; and whatever follows from it.
    async fn tries(&self, world: &mut World, order: &Value, method: &str) {
        assert_eq!(self.attempt(world, order, method).await.0, 202, "{method}");
        world.settle().await;
    }

    async fn is_refused(&self, world: &mut World, order: &Value) {
        let refused = self.attempt(world, order, "pm_sandbox_ok").await;
        assert_eq!(refused, (409, "payment_attempt_refused".to_owned()));
    }

    /// Where the payment and the order stand.
    async fn stand(&self, world: &mut World, order: &Value) -> (String, String) {
        stand(world, &self.shopper, order).await
    }
}

/// A world in which so many methods may be tried.
fn with(attempts: u32) -> World {
    let mut world = World::new(1);
    world.set("PAYMENT_ATTEMPTS", &attempts.to_string());
    world
}

/// How often the provider has held the money of an order, moved it and let it go, over all its charges.
fn books(world: &World, order: &Value) -> [u64; 3] {
    let charges = world.stage.cloud.items("payment-provider-ledger");
    let payment = payment_of(order);
    let of_order = |charge: &&Value| {
        let key = charge["key"].as_str().unwrap_or_default();
        key.split('#').next() == Some(payment.as_str())
    };
    let own: Vec<&Value> = charges.iter().filter(of_order).collect();
    let holding = own.iter().filter(|charge| charge["state"] == "held");
    assert!(holding.count() <= 1, "two charges are held: {own:?}");
    ["held", "captured", "voided"].map(|times| {
        let each = own.iter().map(|charge| charge[times].as_u64().unwrap());
        each.sum()
    })
}

/// The charge of an order's attempt of this number, in the provider's books.
fn charge(world: &World, order: &Value, number: u32) -> Value {
    let key = match number {
        1 => payment_of(order),
        number => format!("{}#attempt#{number}", payment_of(order)),
    };
    let charges = world.stage.cloud.items("payment-provider-ledger");
    let mut charges = charges.into_iter();
    charges.find(|it| it["key"] == key.as_str()).unwrap()
}

/// Whether nothing that has moved differs from the provider's books, nor waits to be compared.
async fn is_reconciled(world: &mut World) {
    world
        .tick("reconcile-payments", Duration::from_mins(1))
        .await;
    world.settle().await;
    assert!(world.events("payment.discrepancy-found.v1").is_empty());
    let payments = world.stage.cloud.items("payment-payments");
    let mut waiting = payments.iter();
    assert!(!waiting.any(|it| it["by_unchecked_pk"] == "unchecked"));
}

#[tokio::test(start_paused = true)]
async fn whose_method_is_declined_pays_with_another_and_the_money_goes_its_way() {
    let mut world = with(2);
    let shop = Shop::open(&mut world).await;
    let order = shop.declined(&mut world).await;
    let shown = payment(&mut world, &shop.shopper, &order).await;
    assert_eq!(shown["status"], "action_required", "{shown}");
    assert!(shown["next_action"]["url"].is_null(), "{shown}");
    assert_eq!(shown["attempts"][0]["decline_reason"], "card_declined");
    assert!(shown["decline_reason"].is_null(), "{shown}");
    assert_eq!(world.events("payment.action-required.v1").len(), 1);

    shop.tries(&mut world, &order, "pm_sandbox_ok").await;
    let stood = shop.stand(&mut world, &order).await;
    assert_eq!(stood, stands("authorized", "confirmed"));
    assert_eq!(books(&world, &order), [1, 0, 0]);
    let shown = payment(&mut world, &shop.shopper, &order).await;
    assert_eq!(shown["method"], "pm_sandbox_ok");
    assert_eq!(shown["attempts"].as_array().unwrap().len(), 2, "{shown}");
    assert!(world.events("payment.declined.v1").is_empty());
    shop.is_refused(&mut world, &order).await;

    // What is moved, given and taken back is the second charge's.
    let id = order["id"].as_str().unwrap();
    assert_eq!(shop.seller.ship(&mut world, id).await.status, 200);
    world.settle().await;
    let back = refund(&shop.admin, &order, Some(250), "back");
    assert_eq!(world.send("request-refund", back).await.status, 202);
    world.settle().await;
    assert_eq!(books(&world, &order), [1, 1, 0]);
    let moves = charge(&world, &order, 2)["moves"].clone();
    let second = format!("{}#attempt#2", payment_of(&order));
    assert_eq!(moves[0]["key"], format!("{second}#capture#1").as_str());
    assert_eq!(moves[1]["key"], format!("{second}#refund#1").as_str());
    object(&mut world, &order, &json!({ "outcome": "lost" })).await;
    let dispute = dispute_of(&mut world, &shop.admin, (&order, "lost")).await;
    assert_eq!(dispute["amount"]["amount"], 1_000, "{dispute}");
    assert_eq!(balances(&world).values().sum::<i64>(), 0);
    is_reconciled(&mut world).await;
    assert!(world.letters.is_empty(), "{:?}", world.letters);
}

#[tokio::test(start_paused = true)]
async fn who_is_declined_until_no_attempt_is_left_has_not_paid() {
    let mut world = with(3);
    let shop = Shop::open(&mut world).await;
    let order = shop.declined(&mut world).await;
    let until = payment(&mut world, &shop.shopper, &order).await["next_action"]["until"].clone();
    world.stage.clock.advance(Duration::from_mins(5));
    shop.tries(&mut world, &order, "pm_of_nobody").await;
    let shown = payment(&mut world, &shop.shopper, &order).await;
    assert_eq!(shown["next_action"]["until"], until, "it is given once");
    shop.tries(&mut world, &order, "pm_sandbox_declined").await;
    let stood = shop.stand(&mut world, &order).await;
    assert_eq!(stood, stands("declined", "cancelled"));
    let shown = payment(&mut world, &shop.shopper, &order).await;
    assert_eq!(shown["decline_reason"], "card_declined");
    let reasons = shown["attempts"].as_array().unwrap().iter();
    let reasons: Vec<&Value> = reasons.map(|it| &it["decline_reason"]).collect();
    let expected = ["card_declined", "unknown_payment_method", "card_declined"];
    assert_eq!(reasons, expected);
    assert_eq!(world.events("payment.declined.v1").len(), 1);
    shop.is_refused(&mut world, &order).await;
    assert_eq!(books(&world, &order), [0, 0, 0]);
    let stock = shop.seller.stock(&mut world, &shop.goods).await;
    assert_eq!(stock["reserved"], 0, "{stock}");
}

#[tokio::test(start_paused = true)]
async fn whoever_names_no_other_method_is_declined_with_the_reason_of_the_first() {
    let mut world = with(2);
    let shop = Shop::open(&mut world).await;
    let order = shop.declined(&mut world).await;
    world
        .tick("watch-open-payments", Duration::from_mins(14))
        .await;
    world.settle().await;
    let stood = shop.stand(&mut world, &order).await;
    assert_eq!(stood, stands("action_required", "stock_reserved"));
    world
        .tick("watch-open-payments", Duration::from_mins(3))
        .await;
    world.settle().await;
    let stood = shop.stand(&mut world, &order).await;
    assert_eq!(stood, stands("declined", "cancelled"));
    let shown = payment(&mut world, &shop.shopper, &order).await;
    assert_eq!(shown["decline_reason"], "card_declined");
    shop.is_refused(&mut world, &order).await;
    assert_eq!(books(&world, &order), [0, 0, 0]);
    is_reconciled(&mut world).await;
}

#[tokio::test(start_paused = true)]
async fn a_guest_has_one_attempt() {
    let mut world = with(2);
    let shop = Shop::open(&mut world).await;
    let mut guest = Guest::new("guest");
    let order = guest
        .buy(&mut world, &shop.goods, "pm_sandbox_declined", "order")
        .await;
    world.settle().await;
    let seen = order.look(&mut world).await.body;
    assert_eq!(seen["status"], "cancelled", "{seen}");
    assert_eq!(world.events("payment.declined.v1").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn only_the_payer_names_another_method() {
    let mut world = with(2);
    let shop = Shop::open(&mut world).await;
    let order = shop.declined(&mut world).await;
    let other = shopper(&mut world, "other").await;
    let ask = attempt(&other, &order, "pm_sandbox_ok", "not mine");
    let answer = world.send("request-payment-attempt", ask).await;
    assert_eq!(answer.code(), "payment_not_found");
    // Nor does an admin, who sees every payment.
    let ask = attempt(&shop.admin, &order, "pm_sandbox_ok", "any");
    let answer = world.send("request-payment-attempt", ask).await;
    assert!(matches!(answer.status, 403 | 404), "{}", answer.text);
    world.settle().await;
    let stood = shop.stand(&mut world, &order).await;
    assert_eq!(stood, stands("action_required", "stock_reserved"));
}

#[tokio::test(start_paused = true)]
async fn two_attempts_at_once_are_one() {
    for seed in 0..20 {
        let mut world = World::new(seed);
        world.set("PAYMENT_ATTEMPTS", "9");
        let shop = Shop::open(&mut world).await;
        let order = shop.declined(&mut world).await;
        let keys = ["one", "two", "three", "three"];
        let asks = keys.map(|key| attempt(&shop.shopper, &order, "pm_sandbox_ok", key));
        let answers = world
            .at_once("request-payment-attempt", asks.to_vec())
            .await;
        for refused in answers.iter().filter(|answer| answer.status != 202) {
            let code = refused.code();
            let known = [
                "conflict",
                "idempotency_in_flight",
                "payment_attempt_refused",
            ];
            assert!(known.contains(&code), "seed {seed}: {code}");
        }
        assert!(answers.iter().any(|answer| answer.status == 202));
        world.settle().await;
        let told = world.events("payment.attempt-requested.v1").len();
        assert_eq!(told, 1, "seed {seed}");
        assert_eq!(books(&world, &order), [1, 0, 0], "seed {seed}");
        let stood = shop.stand(&mut world, &order).await;
        assert_eq!(stood, stands("authorized", "confirmed"), "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_in_the_moment_that_the_time_is_over_is_taken_or_is_not() {
    let mut asking = with(2);
    let shop = Shop::open(&mut asking).await;
    let order = shop.declined(&mut asking).await;
    let shown = payment(&mut asking, &shop.shopper, &order).await;
    let until: Timestamp = serde_json::from_value(shown["next_action"]["until"].clone()).unwrap();
    let left = until.since(asking.stage.clock.now());
    let last = left.checked_sub(Duration::from_millis(1)).unwrap();
    for (after, end) in [
        (last, stands("authorized", "confirmed")),
        (left, stands("declined", "cancelled")),
    ] {
        let over = asking.fork(2);
        over.stage.clock.advance(after);
        for call in 0..ENOUGH {
            let mut world = over.fork(100 + call as u64);
            world.warm("watch-open-payments").await;
            let ask = attempt(&shop.shopper, &order, "pm_sandbox_ok", "late");
            world.meanwhile(call, "request-payment-attempt", ask).await;
            let watch = world.once("watch-open-payments", &Stimulus::Tick);
            watch.await.ok();
            if world.stage.cloud.heal() {
                assert!(call > 2, "{call}");
                break;
            }
            world.settle().await;
            world
                .tick("watch-open-payments", Duration::from_mins(3))
                .await;
            world.settle().await;
            let stood = shop.stand(&mut world, &order).await;
            assert_eq!(stood, end, "call {call}");
            let [held, captured, voided] = books(&world, &order);
            let is_paid = u64::from(end.1 == "confirmed");
            assert_eq!((held - voided, captured), (is_paid, 0), "call {call}");
        }
    }
}

/// The moment in which the provider is asked for an order's second method.
async fn asked_again(method: &str) -> (Shop, Value, Moment) {
    let mut world = with(2).remembering();
    let shop = Shop::open(&mut world).await;
    let order = shop.declined(&mut world).await;
    shop.tries(&mut world, &order, method).await;
    let mut moments = world.moments().into_iter();
    let moment = moments.find(|moment| moment.function == ASK.1).unwrap();
    (shop, order, moment)
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_stopped_at_any_call_holds_the_money_once() {
    for method in ["pm_sandbox_ok", "pm_sandbox_lost_reply"] {
        let (shop, order, moment) = asked_again(method).await;
        for fault in Fault::ALL {
            for call in 0..ENOUGH {
                let mut world = moment.world(100 + call as u64);
                world.warm(moment.function).await;
                world.stage.cloud.fault(call, fault);
                world.once(moment.function, &moment.stimulus).await.ok();
                if world.stage.cloud.heal() {
                    assert!(call > 3, "{method}: {call}");
                    break;
                }
                world.wait(&moment.stimulus);
                world.persist(moment.function, &moment.stimulus).await;
                world.settle().await;
                let stood = shop.stand(&mut world, &order).await;
                let told = format!("{method} {fault:?} {call}");
                assert_eq!(stood, stands("authorized", "confirmed"), "{told}");
                assert_eq!(books(&world, &order), [1, 0, 0], "{told}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_nobody_hears_of_is_asked_for_by_the_watch() {
    for (method, end) in [
        ("pm_sandbox_ok", stands("authorized", "confirmed")),
        ("pm_sandbox_declined", stands("declined", "cancelled")),
        (
            "pm_sandbox_3ds",
            stands("action_required", "stock_reserved"),
        ),
    ] {
        let mut world = with(2);
        let shop = Shop::open(&mut world).await;
        let order = shop.declined(&mut world).await;
        world.lose(ASK);
        shop.tries(&mut world, &order, method).await;
        let stood = shop.stand(&mut world, &order).await;
        assert_eq!(stood, stands("pending", "stock_reserved"));
        world
            .tick("watch-open-payments", Duration::from_mins(3))
            .await;
        world.settle().await;
        assert_eq!(shop.stand(&mut world, &order).await, end, "{method}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_that_is_cancelled_while_another_method_is_asked_for_keeps_nothing_held() {
    for method in ["pm_sandbox_ok", "pm_sandbox_lost_reply", "pm_sandbox_3ds"] {
        let (shop, order, moment) = asked_again(method).await;
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
            let stood = shop.stand(&mut world, &order).await;
            assert_eq!(stood, stands("voided", "cancelled"), "{method} {call}");
            let [held, captured, voided] = books(&world, &order);
            assert_eq!((held, captured), (voided, 0), "{method} {call}");
            is_reconciled(&mut world).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_customer_who_has_to_act_for_the_second_method_acts_at_its_charge() {
    for (outcome, end, held) in [
        ("succeeded", stands("authorized", "confirmed"), 1),
        ("failed", stands("declined", "cancelled"), 0),
    ] {
        let mut world = with(2);
        let shop = Shop::open(&mut world).await;
        let order = shop.declined(&mut world).await;
        shop.tries(&mut world, &order, "pm_sandbox_3ds").await;
        let shown = payment(&mut world, &shop.shopper, &order).await;
        assert_eq!(shown["next_action"]["kind"], "redirect", "{shown}");
        shop.is_refused(&mut world, &order).await;
        let acted = act(&mut world, &shop.shopper, &order, outcome).await;
        assert_eq!(acted.status, 204, "{}", acted.text);
        world.settle().await;
        assert_eq!(shop.stand(&mut world, &order).await, end);
        assert_eq!(books(&world, &order), [held, 0, 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_customer_who_does_not_act_for_the_first_method_may_name_another() {
    let mut world = with(2);
    let shop = Shop::open(&mut world).await;
    let order = unpaid(&mut world, &shop.shopper, &shop.goods, "pm_sandbox_3ds").await;
    let until = payment(&mut world, &shop.shopper, &order).await["next_action"]["until"].clone();
    world.stage.clock.advance(Duration::from_mins(2));
    act(&mut world, &shop.shopper, &order, "failed").await;
    world.settle().await;
    let shown = payment(&mut world, &shop.shopper, &order).await;
    let action = json!({ "kind": "another_method", "until": until });
    assert_eq!(shown["next_action"], action, "{shown}");
    shop.tries(&mut world, &order, "pm_sandbox_ok").await;
    let stood = shop.stand(&mut world, &order).await;
    assert_eq!(stood, stands("authorized", "confirmed"));
}

#[tokio::test(start_paused = true)]
async fn a_late_webhook_of_an_earlier_attempt_is_no_error_and_what_is_held_for_it_is_let_go() {
    for was_held in [false, true] {
        let mut world = with(2);
        let shop = Shop::open(&mut world).await;
        let order = shop.declined(&mut world).await;
        shop.tries(&mut world, &order, "pm_sandbox_ok").await;
        if was_held {
            // The provider has thought better of what it declined.
            let mut first = charge(&world, &order, 1);
            first["state"] = json!("held");
            first["held"] = json!(1);
            world.stage.cloud.put("payment-provider-ledger", &first);
        }
        world.log = Some(Vec::new());
        let late = webhook(&world, &notice(&order, "evt_late"), None);
        let answer = world.send("receive-payment-webhook", late).await;
        assert_eq!(answer.status, 202);
        world.settle().await;
        let log = world.log.take().unwrap_or_default();
        let refused = |line: &String| line.contains("provider_webhooks_refused");
        assert!(!log.iter().any(refused), "{log:#?}");
        assert!(world.letters.is_empty(), "{:?}", world.letters);
        let extra = u64::from(was_held);
        assert_eq!(books(&world, &order), [1 + extra, 0, extra]);
        let stood = shop.stand(&mut world, &order).await;
        assert_eq!(stood, stands("authorized", "confirmed"));
        is_reconciled(&mut world).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_webhook_of_an_attempt_that_was_never_made_is_none_of_ours() {
    let mut world = with(3);
    let shop = Shop::open(&mut world).await;
    let order = shop.declined(&mut world).await;
    let mut body = notice(&order, "evt_1");
    body["charge"]["key"] = json!(format!("{}#attempt#2", payment_of(&order)));
    world.log = Some(Vec::new());
    let ask = webhook(&world, &body, None);
    world.send("receive-payment-webhook", ask).await;
    world.settle().await;
    let log = world.log.take().unwrap_or_default().join("\n");
    assert!(log.contains("provider_webhooks_refused"), "{log}");
    let stood = shop.stand(&mut world, &order).await;
    assert_eq!(stood, stands("action_required", "stock_reserved"));
}

#[tokio::test(start_paused = true)]
async fn whatever_comes_thrice_and_in_any_order_is_held_once() {
    for seed in 1..=10 {
        let mut world = World::unruly(seed);
        world.set("PAYMENT_ATTEMPTS", "3");
        let shop = Shop::open(&mut world).await;
        let order = shop.declined(&mut world).await;
        shop.tries(&mut world, &order, "pm_sandbox_declined").await;
        world.lose(WEBHOOKS);
        shop.tries(&mut world, &order, "pm_sandbox_3ds_lost_reply")
            .await;
        act(&mut world, &shop.shopper, &order, "succeeded").await;
        world.settle().await;
        world.lost.clear();
        world
            .tick("watch-open-payments", Duration::from_mins(3))
            .await;
        world.settle().await;
        let stood = shop.stand(&mut world, &order).await;
        assert_eq!(stood, stands("authorized", "confirmed"), "seed {seed}");
        assert_eq!(books(&world, &order), [1, 0, 0], "seed {seed}");
        assert!(world.letters.is_empty(), "seed {seed}: {:?}", world.letters);
        is_reconciled(&mut world).await;
    }
}
