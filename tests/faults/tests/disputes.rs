//! What customers' banks take back is followed, answered and booked once, whatever comes twice, late, forged, at once
//! or never.

use std::{collections::BTreeMap, time::Duration};

use faults::{
    Person, Stimulus, World,
    journey::{
        disputes::{acceptance, dispute_of, disputes, evidence, object, objection, shipped},
        ok,
        payments::{WEBHOOKS, balances, notice, payment, refund, webhook},
        returns::{agreed, receive},
        seller_and_admin,
    },
    offer, shopper,
};
use serde_json::{Value, json};
use testkit::{Answer, Ask, Fault};

/// An order of two pieces at 12.50, shipped and paid.
struct Sold {
    admin: Person,
    seller: Person,
    shopper: Person,
    goods: String,
    order: Value,
}

impl Sold {
    async fn open(world: &mut World) -> Self {
        Self::paid(world, "pm_sandbox_ok").await
    }

    async fn paid(world: &mut World, method: &str) -> Self {
        let (seller, admin) = seller_and_admin(world, "seller").await;
        let shopper = shopper(world, "shopper").await;
        let goods = offer(world, &seller, "Goods", 9).await;
        let order = shipped(world, (&shopper, &seller), &goods, method).await;
        Self {
            admin,
            seller,
            shopper,
            goods,
            order,
        }
    }

    /// The bank takes the money back; the dispute.
    async fn disputed(&self, world: &mut World) -> Value {
        object(world, &self.order, &received_nothing()).await;
        let open = (&self.order, "needs_response");
        let dispute = dispute_of(world, &self.admin, open).await;
        assert_eq!(dispute["amount"]["amount"], 2_500, "{dispute}");
        dispute
    }

    async fn status(&self, world: &mut World, dispute: &Value) -> String {
        let path = format!("/v1/disputes/{}", dispute["id"].as_str().unwrap());
        let ask = Ask::get(&path).by(&self.admin.token);
        let seen = ok(world.send("get-dispute", ask).await, 200).body;
        seen["status"].as_str().unwrap_or_default().to_owned()
    }
}

fn received_nothing() -> Value {
    json!({ "reason": "product_not_received" })
}

fn decides(outcome: &str) -> Value {
    json!({ "reason": "product_not_received", "outcome": outcome })
}

fn stands(stands: &[(&str, i64)]) -> BTreeMap<String, i64> {
    let named = |(name, stands): &(&str, i64)| ((*name).to_owned(), *stands);
    stands.iter().map(named).collect()
}

/// What the accounts stand at before anything is disputed: a tenth of 25.00 is the marketplace's.
const SOLD: [(&str, i64); 4] = [
    ("commission", -250),
    ("customer", 0),
    ("provider", 2_500),
    ("seller", -2_250),
];
const LOST: [(&str, i64); 5] = [
    ("commission", 0),
    ("customer", 0),
    ("disputes", 0),
    ("provider", 0),
    ("seller", 0),
];

fn won() -> BTreeMap<String, i64> {
    let mut won = stands(&SOLD);
    won.insert("disputes".to_owned(), 0);
    won
}

async fn watch(world: &mut World) {
    world
        .tick("watch-open-payments", Duration::from_mins(1))
        .await;
    world.settle().await;
}

async fn reconciled(world: &mut World) -> usize {
    world
        .tick("reconcile-payments", Duration::from_mins(1))
        .await;
    world.settle().await;
    world.events("payment.discrepancy-found.v1").len()
}

fn told(world: &World) -> [usize; 2] {
    ["payment.dispute-opened.v1", "payment.dispute-closed.v1"].map(|kind| world.events(kind).len())
}

#[tokio::test(start_paused = true)]
async fn money_that_is_taken_back_is_gone_until_it_is_decided() {
    for (outcome, end) in [("won", won()), ("lost", stands(&LOST))] {
        let mut world = World::new(1);
        let sold = Sold::open(&mut world).await;
        let dispute = sold.disputed(&mut world).await;
        let mut open = stands(&SOLD);
        open.extend(stands(&[("disputes", 2_500), ("provider", 0)]));
        assert_eq!(balances(&world), open);
        let shown = payment(&mut world, &sold.shopper, &sold.order).await;
        assert_eq!(shown["disputed"]["amount"], 2_500, "{shown}");

        object(&mut world, &sold.order, &decides(outcome)).await;
        assert_eq!(sold.status(&mut world, &dispute).await, outcome);
        assert_eq!(balances(&world), end, "{outcome}");
        assert_eq!(told(&world), [1, 1]);
        assert_eq!(reconciled(&mut world).await, 0, "{outcome}");
        let closed = world.events("payment.dispute-closed.v1")[0].clone();
        let borne = closed["borne_by"].as_array().map_or(0, Vec::len);
        assert_eq!(borne, usize::from(outcome == "lost"), "{closed}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_marketplace_lets_happen_it_bears() {
    let mut world = World::new(1);
    let sold = Sold::open(&mut world).await;
    let fraud = json!({ "reason": "fraudulent", "outcome": "lost" });
    object(&mut world, &sold.order, &fraud).await;
    let mut expected = stands(&SOLD);
    expected.extend(stands(&[
        ("chargebacks", 2_500),
        ("disputes", 0),
        ("provider", 0),
    ]));
    assert_eq!(balances(&world), expected);
}

#[tokio::test(start_paused = true)]
async fn webhooks_that_come_late_twice_and_in_any_order_lead_to_the_same() {
    for (seed, outcome) in (1..=10).flat_map(|seed| [(seed, "won"), (seed, "lost")]) {
        let mut world = World::unruly(seed);
        let sold = Sold::open(&mut world).await;
        let send = |outcome: Option<&str>| {
            let outcome = outcome.map_or(Value::Null, |outcome| json!(outcome));
            let body = json!({ "reason": "product_not_received", "outcome": outcome });
            objection(&sold.order, &body)
        };
        for ask in [send(None), send(None), send(Some(outcome))] {
            ok(world.send("dispute-sandbox-charge", ask).await, 204);
            for _ in 0..seed % 3 {
                world.step().await;
            }
        }
        // And two that say what is long past.
        for id in ["evt_old", "evt_old", "evt_older"] {
            let stale = webhook(&world, &notice(&sold.order, id), None);
            ok(world.send("receive-payment-webhook", stale).await, 202);
        }
        world.settle().await;
        watch(&mut world).await;
        let end = if outcome == "won" {
            won()
        } else {
            stands(&LOST)
        };
        assert_eq!(balances(&world), end, "seed {seed}, {outcome}");
        assert_eq!(told(&world), [1, 1], "seed {seed}, {outcome}");
        assert!(world.letters.is_empty(), "{:?}", world.letters);
        assert_eq!(reconciled(&mut world).await, 0, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_never_comes_is_made_good_by_the_watch_and_a_quiet_minute_costs_the_same() {
    let mut world = World::new(1);
    let sold = Sold::open(&mut world).await;
    world.lose(WEBHOOKS);
    object(&mut world, &sold.order, &received_nothing()).await;
    assert_eq!(told(&world), [0, 0]);
    watch(&mut world).await;
    assert_eq!(told(&world), [1, 0]);
    // Decided weeks later, when the payment has long been in no index.
    reconciled(&mut world).await;
    world.stage.clock.advance(Duration::from_hours(24 * 20));
    object(&mut world, &sold.order, &decides("lost")).await;
    watch(&mut world).await;
    assert_eq!(told(&world), [1, 1]);
    assert_eq!(balances(&world), stands(&LOST));

    let quiet = |world: &World| {
        let calls = world.calls.iter();
        let own = calls.filter(|call| call.function == "watch-open-payments");
        own.map(|call| call.operation.clone()).collect::<Vec<_>>()
    };
    for _ in 0..3 {
        world.calls.clear();
        watch(&mut world).await;
        // Open payments; how far it has heard; the provider; the one change that it has heard of.
        assert_eq!(quiet(&world), ["Query", "GetItem", "Query", "GetItem"]);
    }
    assert_eq!(told(&world), [1, 1]);
}

#[tokio::test(start_paused = true)]
async fn many_disputes_are_heard_of_in_one_minute() {
    let mut world = World::new(1);
    let sold = Sold::open(&mut world).await;
    world.lose(WEBHOOKS);
    let mut orders = vec![sold.order.clone()];
    for _ in 0..3 {
        let both = (&sold.shopper, &sold.seller);
        orders.push(shipped(&mut world, both, &sold.goods, "pm_sandbox_ok").await);
    }
    for order in &orders {
        world.stage.clock.advance(Duration::from_secs(1));
        object(&mut world, order, &received_nothing()).await;
    }
    watch(&mut world).await;
    let open = disputes(&mut world, &sold.admin, "needs_response").await;
    assert_eq!(open.len(), 4);
    assert_eq!(told(&world), [4, 0]);
    let deadlines: Vec<_> = open.iter().map(|it| it["respond_by"].to_string()).collect();
    assert!(deadlines.is_sorted(), "{deadlines:?}");

    // In pages, whose cursors are good for their list alone.
    let list = |query: &str| Ask::get(&format!("/v1/disputes?{query}")).by(&sold.admin.token);
    let first = world.send("list-disputes", list("limit=3")).await.body;
    assert_eq!(first["data"].as_array().map(Vec::len), Some(3));
    let cursor = first["next_cursor"].as_str().unwrap().to_owned();
    let rest = list(&format!("limit=3&cursor={cursor}"));
    let rest = world.send("list-disputes", rest).await.body;
    assert_eq!(rest["data"].as_array().map(Vec::len), Some(1));
    let other = list(&format!("status=lost&cursor={cursor}"));
    let other = world.send("list-disputes", other).await;
    assert_eq!(other.code(), "invalid_cursor");
    let before = open[2]["respond_by"].as_str().unwrap();
    let due = list(&format!("respond_before={before}"));
    let due = world.send("list-disputes", due).await.body;
    assert_eq!(due["data"], json!(open[..2]), "{due}");
}

#[tokio::test(start_paused = true)]
async fn books_that_cannot_be_are_not_believed() {
    let (amount, currency) = ("/disputes/0/amount/amount", "/disputes/0/amount/currency");
    // With how many differences there are when the payment is held against the books.
    let wrong = [
        ("more than was captured", amount, json!(2_501), 1),
        ("nothing", amount, json!(0), 0),
        ("another currency", currency, json!("USD"), 1),
    ];
    for (what, pointer, value, differences) in wrong {
        let mut world = World::new(1);
        let sold = Sold::open(&mut world).await;
        world.lose(WEBHOOKS);
        object(&mut world, &sold.order, &received_nothing()).await;
        let mut charge = world.stage.cloud.items("payment-provider-ledger").remove(0);
        *charge.pointer_mut(pointer).unwrap() = value;
        world.stage.cloud.put("payment-provider-ledger", &charge);
        let before = world.stage.cloud.items("payment-ledger");
        world.lost.clear();
        let hint = webhook(&world, &notice(&sold.order, "evt_1"), None);
        ok(world.send("receive-payment-webhook", hint).await, 202);
        world.settle().await;
        assert_eq!(world.letters.len(), 1, "{what}");
        watch(&mut world).await;
        assert_eq!(told(&world), [0, 0], "{what}");
        assert_eq!(world.stage.cloud.items("payment-ledger"), before, "{what}");
        // It keeps nobody from hearing of others.
        let both = (&sold.shopper, &sold.seller);
        let other = shipped(&mut world, both, &sold.goods, "pm_sandbox_ok").await;
        world.lose(WEBHOOKS);
        object(&mut world, &other, &received_nothing()).await;
        watch(&mut world).await;
        assert_eq!(told(&world), [1, 0], "{what}");
        assert_eq!(reconciled(&mut world).await, differences, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dispute_that_changes_its_amount_is_not_believed() {
    let mut world = World::new(1);
    let sold = Sold::open(&mut world).await;
    let dispute = sold.disputed(&mut world).await;
    let mut charge = world.stage.cloud.items("payment-provider-ledger").remove(0);
    charge["disputes"][0]["amount"]["amount"] = json!(1);
    world.stage.cloud.put("payment-provider-ledger", &charge);
    object(&mut world, &sold.order, &decides("won")).await;
    assert_eq!(sold.status(&mut world, &dispute).await, "needs_response");
    assert_eq!(world.letters.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refund_and_a_dispute_of_the_same_money_do_not_both_pass() {
    let mut sold_world = World::new(1);
    let sold = Sold::open(&mut sold_world).await;
    let mut met = BTreeMap::new();
    for steps in 0..12 {
        for seed in 0..4 {
            let world = sold_world.fork(100 * steps + seed);
            let mut world = world.made_unruly(seed + 1);
            let back = refund(&sold.admin, &sold.order, None, "all of it");
            let bank = objection(&sold.order, &decides("lost"));
            let asked = if seed % 2 == 0 {
                let asked = world.send("request-refund", back).await;
                for _ in 0..steps {
                    world.step().await;
                }
                world.send("dispute-sandbox-charge", bank).await;
                asked
            } else {
                world.send("dispute-sandbox-charge", bank).await;
                for _ in 0..steps {
                    world.step().await;
                }
                world.send("request-refund", back).await
            };
            world.settle().await;
            watch(&mut world).await;
            let stands = balances(&world);
            let told = format!("seed {seed}, {steps} steps: {} {stands:?}", asked.status);
            // It has gone back once, whoever was faster.
            assert_eq!(stands["provider"], 0, "{told}");
            assert_eq!(stands["customer"], 0, "{told}");
            assert_eq!(stands.get("disputes").copied().unwrap_or(0), 0, "{told}");
            let refunded = world.events("payment.refunded.v1").len();
            let closed = world.events("payment.dispute-closed.v1").len();
            assert_eq!(refunded + closed, 1, "{told}");
            assert!(world.letters.is_empty(), "{told}: {:?}", world.letters);
            assert_eq!(reconciled(&mut world).await, 0, "{told}");
            *met.entry((asked.status, refunded)).or_insert(0) += 1;
        }
    }
    // A refund was faster; it was refused at once; and it was refused by the provider, who knew first.
    let kinds: Vec<_> = met.keys().copied().collect();
    assert_eq!(kinds, [(202, 0), (202, 1), (409, 0)], "{met:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_disputed_is_refused_back_and_what_is_won_is_given_back() {
    let mut world = World::new(1);
    let sold = Sold::open(&mut world).await;
    let amount = json!({ "amount": 1_000, "currency": "EUR" });
    object(&mut world, &sold.order, &json!({ "amount": amount })).await;
    let ask = |cents, key| refund(&sold.admin, &sold.order, Some(cents), key);
    let refused = world.send("request-refund", ask(1_501, "too much")).await;
    assert_eq!(refused.code(), "refund_exceeds_captured");
    ok(
        world.send("request-refund", ask(1_500, "the rest")).await,
        202,
    );
    world.settle().await;
    object(&mut world, &sold.order, &json!({ "outcome": "won" })).await;
    ok(world.send("request-refund", ask(1_000, "all")).await, 202);
    world.settle().await;
    assert_eq!(balances(&world)["provider"], 0);
    assert_eq!(world.events("payment.refunded.v1").len(), 2);
    assert_eq!(reconciled(&mut world).await, 0);
}

#[tokio::test(start_paused = true)]
async fn goods_that_come_back_after_the_bank_has_paid_for_them_are_not_paid_for_again() {
    let mut world = World::new(1);
    let sold = Sold::open(&mut world).await;
    let id = sold.order["id"].as_str().unwrap();
    let both = (&sold.shopper, &sold.seller);
    let number = agreed(&mut world, both, id, &sold.goods, 2).await;
    sold.disputed(&mut world).await;
    let came = receive(&mut world, &sold.seller, (id, number), &sold.goods, [2, 0]);
    ok(came.await, 200);
    world.settle().await;
    let shown = payment(&mut world, &sold.shopper, &sold.order).await;
    assert_eq!(shown["refunds"][0]["failure_reason"], "disputed", "{shown}");
    let seen = sold.shopper.see(&mut world, id).await;
    assert_eq!(seen["returns"][0]["status"], "refund_failed", "{seen}");
    object(&mut world, &sold.order, &decides("lost")).await;
    assert_eq!(balances(&world), stands(&LOST));
}

#[tokio::test(start_paused = true)]
async fn a_dispute_is_answered_once_by_however_many_at_once() {
    for seed in 0..12 {
        let mut world = World::new(seed);
        let sold = Sold::open(&mut world).await;
        let dispute = sold.disputed(&mut world).await;
        let said = |number: u32| {
            let said = "Signed for: winning_evidence.";
            let key = format!("said {number}");
            let ask = evidence(&sold.admin, &dispute, (said, &key));
            ("submit-dispute-evidence", ask)
        };
        let mut asks: Vec<(&str, Ask)> = (0..4).map(said).collect();
        asks.push(("accept-dispute", acceptance(&sold.admin, &dispute)));
        let answers = world.all_at_once(asks).await;
        let taken = answers.iter().filter(|answer| answer.status == 202).count();
        assert_eq!(taken, 1, "seed {seed}");
        for refused in answers.iter().filter(|answer| answer.status != 202) {
            let code = refused.code();
            assert!(
                ["conflict", "dispute_step_refused"].contains(&code),
                "seed {seed}: {code}"
            );
        }
        world.settle().await;
        assert_eq!(world.events("payment.dispute-answered.v1").len(), 1);
        let charge = world.stage.cloud.items("payment-provider-ledger").remove(0);
        let status = charge["disputes"][0]["status"].as_str().unwrap_or_default();
        assert_eq!(sold.status(&mut world, &dispute).await, status);
        assert_eq!(told(&world), [1, 1], "seed {seed}");
    }
}

async fn answered(world: &mut World, ask: Ask) -> Answer {
    let answer = world.send("submit-dispute-evidence", ask).await;
    world.settle().await;
    answer
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_too_late_is_refused_by_us_and_by_the_provider() {
    let mut world = World::new(1);
    let sold = Sold::open(&mut world).await;
    let dispute = sold.disputed(&mut world).await;
    let mut late = world.fork(2);
    late.stage.clock.advance(Duration::from_hours(24 * 7 + 1));
    // Nobody is logged in for a week.
    let admin = Person::log_in(&mut late, "", &sold.admin.email).await;
    let said = evidence(&admin, &dispute, ("Late.", "late"));
    let gives_up = acceptance(&admin, &dispute);
    for (function, ask) in [
        ("submit-dispute-evidence", said),
        ("accept-dispute", gives_up),
    ] {
        let refused = late.send(function, ask).await;
        assert_eq!(refused.code(), "dispute_deadline_over", "{function}");
    }

    // In time for us; and the event comes late.
    let said = evidence(&sold.admin, &dispute, ("In time.", "in time"));
    world.send("submit-dispute-evidence", said).await;
    world.stage.clock.advance(Duration::from_hours(24 * 8));
    world.settle().await;
    let admin = Person::log_in(&mut world, "", &sold.admin.email).await;
    let shown = dispute_of(&mut world, &admin, (&sold.order, "needs_response")).await;
    assert_eq!(shown["response"]["status"], "failed", "{shown}");
    assert_eq!(shown["response"]["failure_reason"], "too_late", "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_is_lost_is_found_in_the_books_and_an_answer_is_taken_once() {
    let mut world = World::new(1).remembering();
    let sold = Sold::paid(&mut world, "pm_sandbox_dispute_lost_reply").await;
    let dispute = sold.disputed(&mut world).await;
    let said = evidence(&sold.admin, &dispute, ("Sent: losing_evidence.", "sent"));
    ok(answered(&mut world, said.clone()).await, 202);
    assert_eq!(sold.status(&mut world, &dispute).await, "lost");
    assert!(world.letters.is_empty(), "{:?}", world.letters);
    // The same request again has the same answer, and does nothing.
    let again = answered(&mut world, said).await;
    assert_eq!(again.status, 202);
    assert_eq!(world.events("payment.dispute-answered.v1").len(), 1);

    let consumer = "answer-dispute-on-payment-dispute-answered";
    let moments = world.moments();
    let moment = moments.iter().find(|moment| moment.function == consumer);
    let moment = moment.expect("it was told");
    for call in 0..20 {
        for fault in [Fault::KilledBefore, Fault::KilledAfter, Fault::LostReply] {
            let mut world = moment.world(call + 10);
            world.warm(consumer).await;
            let number = usize::try_from(call).unwrap();
            world.stage.cloud.fault(number, fault);
            world.once(consumer, &moment.stimulus).await.ok();
            world.stage.cloud.heal();
            world.wait(&moment.stimulus);
            world.persist(consumer, &moment.stimulus).await;
            world.settle().await;
            watch(&mut world).await;
            assert_eq!(told(&world), [1, 1], "call {call}, {fault:?}");
            assert_eq!(balances(&world), stands(&LOST), "call {call}, {fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_dispute_is_heard_of_by_whoever_is_first_and_once() {
    let mut opened = World::new(1);
    let sold = Sold::open(&mut opened).await;
    opened.lose(WEBHOOKS);
    object(&mut opened, &sold.order, &decides("lost")).await;
    for call in 0..12 {
        let mut world = opened.fork(u64::try_from(call).unwrap() + 10);
        world.lost.clear();
        // The webhook comes in the middle of the watch.
        let hint = webhook(&world, &notice(&sold.order, "evt_1"), None);
        ok(world.send("receive-payment-webhook", hint).await, 202);
        world.collect();
        world.warm("watch-open-payments").await;
        world.stage.cloud.fault(call, Fault::Conflict);
        world
            .once("watch-open-payments", &Stimulus::Tick)
            .await
            .ok();
        world.stage.cloud.heal();
        world.settle().await;
        watch(&mut world).await;
        assert_eq!(told(&world), [1, 1], "call {call}");
        assert_eq!(balances(&world), stands(&LOST), "call {call}");
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_things_that_a_bank_does_at_once_neither_is_lost() {
    let mut opened = World::new(1);
    let sold = Sold::open(&mut opened).await;
    let part = json!({ "amount": { "amount": 1_000, "currency": "EUR" } });
    object(&mut opened, &sold.order, &part).await;
    let mut decided = 0;
    for call in 0..20 {
        let mut world = opened.fork(u64::try_from(call).unwrap());
        world.warm("dispute-sandbox-charge").await;
        let another = json!({ "number": 2, "amount": { "amount": 500, "currency": "EUR" } });
        let another = objection(&sold.order, &another);
        world
            .meanwhile(call, "dispute-sandbox-charge", another)
            .await;
        let decision = objection(&sold.order, &decides("won"));
        ok(world.send("dispute-sandbox-charge", decision).await, 204);
        if world.stage.cloud.heal() {
            break;
        }
        let charges = world.stage.cloud.items("payment-provider-ledger");
        let mut charges = charges.iter().filter(|it| it["kind"] == "charge");
        let charge = charges.next().expect("the order's charge");
        assert_eq!(charge["disputes"][0]["status"], "won", "call {call}");
        assert_eq!(
            charge["disputes"][1]["amount"]["amount"], 500,
            "call {call}"
        );
        decided += 1;
    }
    assert!(decided > 1, "{decided}");
}

#[tokio::test(start_paused = true)]
async fn what_is_said_in_a_dispute_is_in_no_event_no_log_and_no_kept_answer() {
    let mut world = World::new(1);
    world.log = Some(Vec::new());
    let sold = Sold::open(&mut world).await;
    let dispute = sold.disputed(&mut world).await;
    let said = evidence(&sold.admin, &dispute, ("Handed to Bartholomew.", "handed"));
    ok(answered(&mut world, said).await, 202);
    let log = world.log.take().unwrap_or_default().join("\n");
    assert!(!log.contains("Bartholomew"));
    for event in world.published.values() {
        assert!(!event.detail.to_string().contains("Bartholomew"));
    }
    let kept = world.stage.cloud.snapshot(|_| true);
    let tables = kept.iter().filter(|(_, items)| {
        let mut items = items.iter();
        items.any(|item| item.to_string().contains("Bartholomew"))
    });
    let tables: Vec<_> = tables.map(|(table, _)| table.as_str()).collect();
    assert_eq!(tables, ["local-payment-payments"]);
    let path = format!("/v1/disputes/{}", dispute["id"].as_str().unwrap());
    let seen = Ask::get(&path).by(&sold.admin.token);
    let seen = ok(world.send("get-dispute", seen).await, 200).body;
    assert_eq!(seen["evidence"], "Handed to Bartholomew.");
    for other in [&sold.shopper, &sold.seller] {
        let seen = Ask::get(&path).by(&other.token);
        assert_eq!(world.send("get-dispute", seen).await.status, 403);
    }
}

#[tokio::test(start_paused = true)]
async fn elsewhere_no_bank_is_played() {
    let mut world = World::over(testkit::Stage::seeded(1).with("STAGE", "prod"));
    let nothing = json!({ "id": "ord_01a21cee6c22735fa66dada2b4d9bd7b" });
    let ask = objection(&nothing, &json!({}));
    let answer = world.send("dispute-sandbox-charge", ask).await;
    assert_eq!(answer.code(), "route_not_found");
}
