//! What a payment provider tells unasked, and payments that wait for their customers: whatever anyone sends, and
//! whatever comes twice, late, out of order or never.

use std::time::Duration;

use faults::{
    Moment, Person, Stimulus, World,
    journey::payments::{
        WEBHOOKS, act, acts, notice, payment, payment_of, stand, stands, unpaid, webhook,
    },
    offer, seller, shopper,
};
use serde_json::{Value, json};
use testkit::{Answer, Ask, Fault};

struct Shop {
    seller: Person,
    shopper: Person,
    goods: String,
}

impl Shop {
    async fn open(world: &mut World) -> Self {
        let seller = seller(world, "seller").await;
        let shopper = shopper(world, "shopper").await;
        let goods = offer(world, &seller, "Goods", 9).await;
        Self {
            seller,
            shopper,
            goods,
        }
    }

    /// An order whose payment waits for the customer.
    async fn unpaid(&self, world: &mut World) -> Value {
        unpaid(world, &self.shopper, &self.goods, "pm_sandbox_3ds").await
    }

    /// The same, and the customer has acted, and no webhook has said so.
    async fn acted(&self, world: &mut World) -> Value {
        let order = self.unpaid(world).await;
        world.lose(WEBHOOKS);
        let acted = act(world, &self.shopper, &order, "succeeded").await;
        assert_eq!(acted.status, 204, "{}", acted.text);
        world.settle().await;
        world.lost.clear();
        order
    }

    /// Where the payment and the order stand.
    async fn stand(&self, world: &mut World, order: &Value) -> (String, String) {
        stand(world, &self.shopper, order).await
    }
}

/// How often the provider has held the money of an order, moved it and let it go.
fn books(world: &World, order: &Value) -> [u64; 3] {
    let charges = world.stage.cloud.items("payment-provider-ledger");
    let key = payment_of(order);
    let charge = charges.iter().find(|charge| charge["key"] == key.as_str());
    let charge = charge.cloned().unwrap_or_default();
    ["held", "captured", "voided"].map(|times| charge[times].as_u64().unwrap_or(99))
}

async fn sent(world: &mut World, ask: Ask) -> Answer {
    world.send("receive-payment-webhook", ask).await
}

/// Nothing comes of a webhook, whoever has sent it.
async fn is_refused(world: &mut World, ask: Ask, what: &str) {
    let before = world.stage.cloud.snapshot(|_| true);
    let answer = sent(world, ask).await;
    assert_eq!(
        (answer.status, answer.code()),
        (400, "webhook_invalid"),
        "{what}"
    );
    assert!(
        world.stage.cloud.queues().is_empty(),
        "{what} is laid into a queue"
    );
    world.settle().await;
    assert!(
        world.stage.cloud.snapshot(|_| true) == before,
        "{what} changed something"
    );
}

#[tokio::test(start_paused = true)]
async fn a_forged_webhook_is_refused() {
    let mut world = World::new(1);
    let shop = Shop::open(&mut world).await;
    let order = shop.acted(&mut world).await;
    let body = notice(&order, "evt_1");
    let forged = webhook(&world, &body, Some("another secret"));
    is_refused(&mut world, forged, "another secret").await;
    let unsigned = Ask::post("/v1/payments/webhooks/sandbox").json(&body);
    is_refused(&mut world, unsigned.clone(), "no signature").await;
    let now = world.stage.clock.now().as_second();
    for header in [
        String::new(),
        format!("t={now}"),
        format!("t={now},v1="),
        format!("t={now},v1={}", "0".repeat(64)),
        format!("t={now},v0={}", "0".repeat(64)),
    ] {
        let ask = unsigned.clone().header("sandbox-signature", &header);
        is_refused(&mut world, ask, &header).await;
    }
    // It is for another provider's name that it is signed, or for none of ours.
    let good = webhook(&world, &body, None);
    let elsewhere = Ask::post("/v1/payments/webhooks/other")
        .header("other-signature", "t=1,v1=00")
        .json(&body);
    assert_eq!(sent(&mut world, elsewhere).await.code(), "route_not_found");
    assert_eq!(sent(&mut world, good).await.status, 202);
    world.settle().await;
    assert_eq!(
        shop.stand(&mut world, &order).await,
        stands("authorized", "confirmed")
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_was_changed_after_it_was_signed_is_refused() {
    let mut world = World::new(1);
    let shop = Shop::open(&mut world).await;
    let [order, other] = [shop.acted(&mut world).await, shop.acted(&mut world).await];
    let body = notice(&order, "evt_1");
    let good = webhook(&world, &body, None);
    let changed = good.clone().json(&notice(&other, "evt_1"));
    is_refused(&mut world, changed, "another charge").await;
    // The same value in other bytes is not what was signed.
    let spaced = body.to_string().replacen(':', ": ", 1);
    let spaced = good.clone().body("application/json", spaced);
    is_refused(&mut world, spaced, "other bytes").await;
    for body in ["{}", "[]", "no JSON", "{\"id\":\"evt_1\"}"] {
        let key = payment::signature::SigningKey::new("what a provider signs with");
        let signature = key.unwrap().sign(body.as_bytes(), world.stage.clock.now());
        let ask = Ask::post("/v1/payments/webhooks/sandbox");
        let ask = ask.header("sandbox-signature", &signature);
        is_refused(&mut world, ask.body("application/json", body), body).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_webhook_is_refused_and_one_that_is_sent_anew_in_time_is_taken() {
    let mut world = World::new(1);
    let shop = Shop::open(&mut world).await;
    let order = shop.acted(&mut world).await;
    let body = notice(&order, "evt_1");
    let captured = webhook(&world, &body, None);
    world.stage.clock.advance(Duration::from_secs(301));
    is_refused(&mut world, captured, "what is five minutes old").await;
    let anew = webhook(&world, &body, None);
    assert_eq!(sent(&mut world, anew).await.status, 202);
    world.settle().await;
    assert_eq!(
        shop.stand(&mut world, &order).await,
        stands("authorized", "confirmed")
    );
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_is_replayed_is_followed_once() {
    let mut world = World::new(1);
    let shop = Shop::open(&mut world).await;
    let order = shop.acted(&mut world).await;
    let good = webhook(&world, &notice(&order, "evt_1"), None);
    for _ in 0..3 {
        assert_eq!(sent(&mut world, good.clone()).await.status, 202);
    }
    world.settle().await;
    assert_eq!(world.events("payment.authorized.v1").len(), 1);
    assert_eq!(books(&world, &order), [1, 0, 0]);
    // It is told by its id: neither the payment nor the provider is asked.
    world.calls.clear();
    sent(&mut world, good).await;
    world.settle().await;
    let calls = world.calls.iter();
    let asked = calls.filter(|call| call.function == "follow-payment-webhook");
    let asked: Vec<_> = asked
        .map(|call| (call.operation.as_str(), call.table.as_deref()))
        .collect();
    assert_eq!(asked, [("GetItem", Some("local-payment-commands"))]);
}

#[tokio::test(start_paused = true)]
async fn a_webhook_of_another_amount_currency_order_or_merchant_is_not_followed() {
    let wrong: [(&str, &str, Value); 5] = [
        ("amount", "/charge/amount/amount", json!(1)),
        ("currency", "/charge/amount/currency", json!("USD")),
        (
            "order",
            "/charge/order_id",
            json!("ord_01a21cee6c22735fa66dada2b4d9bd7b"),
        ),
        ("merchant", "/charge/account", json!("acct_of_another")),
        (
            "charge",
            "/charge/key",
            json!("pay_01a21cee6c22735fa66dada2b4d9bd7b"),
        ),
    ];
    let mut acted = World::new(1);
    let shop = Shop::open(&mut acted).await;
    let order = shop.acted(&mut acted).await;
    for (what, pointer, value) in wrong {
        let mut world = acted.fork(2);
        let mut body = notice(&order, "evt_1");
        *body.pointer_mut(pointer).unwrap() = value;
        let before = world.stage.cloud.snapshot(|_| true);
        world.log = Some(Vec::new());
        let ask = webhook(&world, &body, None);
        assert_eq!(sent(&mut world, ask).await.status, 202, "{what}");
        world.settle().await;
        assert!(
            world.stage.cloud.snapshot(|_| true) == before,
            "{what} changed something"
        );
        let log = world.log.take().unwrap_or_default();
        let told = log
            .iter()
            .any(|line| line.contains("provider_webhooks_refused"));
        assert!(told, "nobody is told of another {what}: {log:#?}");
        assert!(world.letters.is_empty(), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn books_that_have_another_charge_under_a_payments_key_are_not_believed() {
    for (field, value) in [
        ("amount", json!({ "amount": 1, "currency": "EUR" })),
        ("order_id", json!("ord_01a21cee6c22735fa66dada2b4d9bd7b")),
    ] {
        let mut world = World::new(1);
        let shop = Shop::open(&mut world).await;
        let order = shop.acted(&mut world).await;
        let mut charge = world.stage.cloud.items("payment-provider-ledger").remove(0);
        charge[field] = value;
        world.stage.cloud.put("payment-provider-ledger", &charge);
        let ask = webhook(&world, &notice(&order, "evt_1"), None);
        assert_eq!(sent(&mut world, ask).await.status, 202);
        world.settle().await;
        assert_eq!(world.letters.len(), 1, "someone has to look at it");
        assert_eq!(
            shop.stand(&mut world, &order).await,
            stands("action_required", "stock_reserved")
        );
    }
}

/// The moment in which the provider is asked for an order's money.
async fn asking(world: &mut World, shop: &Shop) -> (Moment, Value) {
    let order = shop.unpaid(world).await;
    let moments = std::mem::replace(world, World::new(0)).moments();
    let asking = |moment: &Moment| moment.function == "authorize-payment-on-order-stock-reserved";
    (moments.into_iter().find(asking).unwrap(), order)
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_comes_before_our_answer_is_written_is_followed() {
    let mut world = World::new(1).remembering();
    let shop = Shop::open(&mut world).await;
    let (moment, order) = asking(&mut world, &shop).await;
    let mut came_before = 0;
    for call in 0..20 {
        let mut world = moment.world(call + 10);
        world.warm(moment.function).await;
        let number = usize::try_from(call).unwrap();
        world.stage.cloud.fault(number, Fault::KilledBefore);
        let ended = world.once(moment.function, &moment.stimulus).await;
        world.stage.cloud.heal();
        if ended.is_ok() {
            break;
        }
        // The customer is as fast as only machines are; the webhook overtakes the answer.
        let acted = world
            .send("complete-sandbox-charge", acts(&order, "succeeded"))
            .await;
        world.settle().await;
        let known = acted.status == 204;
        if known {
            assert_eq!(
                world.events("payment.authorized.v1").len(),
                1,
                "call {call}"
            );
            came_before += 1;
        }
        world.wait(&moment.stimulus);
        world.persist(moment.function, &moment.stimulus).await;
        world.settle().await;
        let expected = if known {
            stands("authorized", "confirmed")
        } else {
            stands("action_required", "stock_reserved")
        };
        assert_eq!(
            shop.stand(&mut world, &order).await,
            expected,
            "call {call}"
        );
        assert_eq!(books(&world, &order)[0], u64::from(known), "call {call}");
    }
    assert!(came_before > 0, "no webhook came before the answer");
}

#[tokio::test(start_paused = true)]
async fn webhooks_that_come_twice_and_out_of_order_are_hints_alone() {
    let mut acted = World::new(1);
    let shop = Shop::open(&mut acted).await;
    let order = shop.acted(&mut acted).await;
    for seed in 0..10 {
        let mut world = acted.fork(seed).made_unruly(seed);
        // What the provider says last it has said first, and what it says first is no more true.
        for (id, kind) in [
            ("evt_2", "charge.failed"),
            ("evt_1", "charge.requires_action"),
        ] {
            let mut body = notice(&order, id);
            body["type"] = json!(kind);
            for _ in 0..2 {
                let ask = webhook(&world, &body, None);
                assert_eq!(sent(&mut world, ask).await.status, 202);
            }
        }
        world.settle().await;
        assert_eq!(
            shop.stand(&mut world, &order).await,
            stands("authorized", "confirmed")
        );
        assert_eq!(books(&world, &order), [1, 0, 0], "seed {seed}");
        assert!(world.letters.is_empty(), "seed {seed}: {:?}", world.letters);
    }
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_never_comes_is_made_good_by_the_watch() {
    for (outcome, end) in [
        ("succeeded", stands("authorized", "confirmed")),
        ("failed", stands("declined", "cancelled")),
    ] {
        let mut world = World::new(1);
        let shop = Shop::open(&mut world).await;
        let order = shop.unpaid(&mut world).await;
        world.lose(WEBHOOKS);
        act(&mut world, &shop.shopper, &order, outcome).await;
        world.settle().await;
        assert_eq!(
            shop.stand(&mut world, &order).await,
            stands("action_required", "stock_reserved")
        );
        world
            .tick("watch-open-payments", Duration::from_mins(3))
            .await;
        world.settle().await;
        assert_eq!(shop.stand(&mut world, &order).await, end);
    }
}

#[tokio::test(start_paused = true)]
async fn a_payment_whose_asking_was_given_up_is_asked_for_by_the_watch() {
    let mut world = World::new(1).remembering();
    let shop = Shop::open(&mut world).await;
    let (moment, order) = asking(&mut world, &shop).await;
    for call in 0..20 {
        let mut world = moment.world(call + 10);
        world.warm(moment.function).await;
        world
            .stage
            .cloud
            .fault(usize::try_from(call).unwrap(), Fault::KilledBefore);
        // The event is a dead letter, or was lost.
        let ended = world.once(moment.function, &moment.stimulus).await;
        world.stage.cloud.heal();
        if ended.is_ok() {
            break;
        }
        world.settle().await;
        let payments = world.stage.cloud.items("payment-payments");
        if payments.is_empty() {
            // Not even written down: that is the order's watchdog's to see to.
            continue;
        }
        world
            .tick("watch-open-payments", Duration::from_mins(3))
            .await;
        world.settle().await;
        let acted = act(&mut world, &shop.shopper, &order, "succeeded").await;
        assert_eq!(acted.status, 204);
        world.settle().await;
        assert_eq!(
            shop.stand(&mut world, &order).await,
            stands("authorized", "confirmed")
        );
        assert_eq!(books(&world, &order), [1, 0, 0], "call {call}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_waits_as_long_as_its_payment_and_so_do_its_pieces() {
    let mut world = World::new(1);
    let shop = Shop::open(&mut world).await;
    let order = shop.unpaid(&mut world).await;
    for _ in 0..7 {
        world
            .tick("expire-reservations", Duration::from_mins(2))
            .await;
        world.tick("watch-stuck-orders", Duration::ZERO).await;
        world.settle().await;
    }
    // Fourteen minutes later, in which neither has said anything.
    assert_eq!(world.events("stock.reservation-expired.v1").len(), 0);
    assert_eq!(world.events("order.stock-reserved.v1").len(), 1);
    act(&mut world, &shop.shopper, &order, "succeeded").await;
    world.settle().await;
    assert_eq!(
        shop.stand(&mut world, &order).await,
        stands("authorized", "confirmed")
    );
}

#[tokio::test(start_paused = true)]
async fn an_order_whose_payment_waits_is_told_so_again_when_it_asks() {
    let mut world = World::new(1);
    let shop = Shop::open(&mut world).await;
    let unheard = [
        "keep-order-on-payment-action-required",
        "keep-stock-on-payment-action-required",
    ];
    let unheard = unheard.map(|consumer| ("payment.action-required.v1".to_owned(), consumer));
    world.lost.extend(unheard);
    let order = shop.unpaid(&mut world).await;
    world.lost.clear();
    world
        .tick("watch-stuck-orders", Duration::from_mins(11))
        .await;
    world.settle().await;
    world
        .tick("expire-reservations", Duration::from_mins(3))
        .await;
    world.settle().await;
    act(&mut world, &shop.shopper, &order, "succeeded").await;
    world.settle().await;
    assert_eq!(
        shop.stand(&mut world, &order).await,
        stands("authorized", "confirmed")
    );
}

#[tokio::test(start_paused = true)]
async fn money_that_is_held_after_the_reservation_has_expired_is_let_go_and_nothing_is_shipped() {
    let mut expired = World::new(1);
    let shop = Shop::open(&mut expired).await;
    let order = shop.unpaid(&mut expired).await;
    let id = order["id"].as_str().unwrap().to_owned();
    // The payments' own watch is late: the pieces' time is over first.
    expired
        .tick("expire-reservations", Duration::from_mins(21))
        .await;
    expired.collect();
    let mut cancelled = 0;
    for steps in 0..16 {
        for seed in 0..4 {
            let world = expired.fork(100 * steps + seed);
            let mut world = if seed == 0 {
                world
            } else {
                world.made_unruly(seed)
            };
            for _ in 0..steps {
                world.step().await;
            }
            world
                .send("complete-sandbox-charge", acts(&order, "succeeded"))
                .await;
            world.settle().await;
            world
                .tick("watch-open-payments", Duration::from_mins(3))
                .await;
            world.settle().await;

            let (_, stands) = shop.stand(&mut world, &order).await;
            let [held, captured, voided] = books(&world, &order);
            let told = format!("seed {seed}, {steps} steps: {stands} {held} {voided}");
            if stands == "confirmed" {
                // The bank was faster than the expiry.
                assert_eq!((held, voided), (1, 0), "{told}");
                continue;
            }
            cancelled += held;
            assert_eq!(stands, "cancelled", "{told}");
            assert_eq!((held, captured), (voided, 0), "{told}");
            assert_eq!(
                shop.seller.ship(&mut world, &id).await.status,
                409,
                "{told}"
            );
            let stock = shop.seller.stock(&mut world, &shop.goods).await;
            assert_eq!(
                (&stock["on_hand"], &stock["reserved"]),
                (&json!(9), &json!(0)),
                "{told}"
            );
            assert!(world.letters.is_empty(), "{told}: {:?}", world.letters);
        }
    }
    assert!(cancelled > 0, "no money was held too late");
}

#[tokio::test(start_paused = true)]
async fn a_customer_who_does_not_show_who_they_are_has_not_paid() {
    let mut world = World::new(1);
    let shop = Shop::open(&mut world).await;
    let order = shop.unpaid(&mut world).await;
    assert_eq!(
        act(&mut world, &shop.shopper, &order, "failed")
            .await
            .status,
        204
    );
    world.settle().await;
    assert_eq!(
        shop.stand(&mut world, &order).await,
        stands("declined", "cancelled")
    );
    let shown = payment(&mut world, &shop.shopper, &order).await;
    assert_eq!(shown["decline_reason"], "authentication_failed");
    assert!(shown["next_action"].is_null(), "{shown}");
    let late = world
        .send("complete-sandbox-charge", acts(&order, "succeeded"))
        .await;
    assert_eq!(late.code(), "charge_not_waiting");
    assert_eq!(books(&world, &order), [0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_customer_who_acts_in_the_moment_that_their_time_is_over_has_paid_or_has_not() {
    let mut over = World::new(1);
    let shop = Shop::open(&mut over).await;
    let order = shop.unpaid(&mut over).await;
    over.stage.clock.advance(Duration::from_mins(16));
    let mut ends = [0, 0];
    for call in 0..20 {
        let mut world = over.fork(u64::try_from(call).unwrap());
        world.warm("watch-open-payments").await;
        world
            .meanwhile(call, "complete-sandbox-charge", acts(&order, "succeeded"))
            .await;
        world
            .once("watch-open-payments", &Stimulus::Tick)
            .await
            .ok();
        let reached = !world.stage.cloud.heal();
        world.settle().await;
        world
            .tick("watch-open-payments", Duration::from_mins(3))
            .await;
        world.settle().await;
        let (paid, stood) = shop.stand(&mut world, &order).await;
        let [held, captured, voided] = books(&world, &order);
        match (paid.as_str(), stood.as_str()) {
            ("authorized", "confirmed") => {
                assert_eq!((held, voided), (1, 0), "call {call}");
                ends[0] += 1;
            }
            ("declined", "cancelled") => {
                assert_eq!((held, captured), (voided, 0), "call {call}");
                ends[1] += 1;
            }
            other => panic!("call {call}: {other:?}"),
        }
        if !reached {
            break;
        }
    }
    assert!(ends[0] > 0 && ends[1] > 1, "{ends:?}");
}

#[tokio::test(start_paused = true)]
async fn whoever_says_one_while_another_says_the_opposite_is_told_which_it_was() {
    let mut waits = World::new(1);
    let shop = Shop::open(&mut waits).await;
    let order = shop.unpaid(&mut waits).await;
    let mut told = [0, 0];
    for call in 0..20 {
        let mut world = waits.fork(u64::try_from(call).unwrap());
        world.warm("complete-sandbox-charge").await;
        let opposite = acts(&order, "failed");
        world
            .meanwhile(call, "complete-sandbox-charge", opposite)
            .await;
        let said = acts(&order, "succeeded");
        let answer = world.send("complete-sandbox-charge", said).await;
        let reached = !world.stage.cloud.heal();
        let [held, ..] = books(&world, &order);
        match (answer.status, answer.code()) {
            (204, _) => {
                assert_eq!(held, 1, "call {call}");
                told[0] += 1;
            }
            (409, "charge_not_waiting") => {
                assert_eq!(held, 0, "call {call}");
                told[1] += 1;
            }
            other => panic!("call {call}: {other:?}"),
        }
        if !reached {
            break;
        }
    }
    // Before it was read, and between that and the write.
    assert!(told[0] > 0 && told[1] > 1, "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_payment_that_nobody_completes_expires() {
    let mut world = World::new(1);
    let shop = Shop::open(&mut world).await;
    let order = shop.unpaid(&mut world).await;
    for minutes in [3, 3, 3, 3] {
        world
            .tick("watch-open-payments", Duration::from_mins(minutes))
            .await;
        world.settle().await;
        assert_eq!(
            shop.stand(&mut world, &order).await,
            stands("action_required", "stock_reserved")
        );
    }
    world
        .tick("watch-open-payments", Duration::from_mins(3))
        .await;
    world.settle().await;
    assert_eq!(
        shop.stand(&mut world, &order).await,
        stands("declined", "cancelled")
    );
    let shown = payment(&mut world, &shop.shopper, &order).await;
    assert_eq!(shown["decline_reason"], "action_expired");
    assert_eq!(world.events("payment.declined.v1").len(), 1);
    assert_eq!(
        world.events("payment.voided.v1").len(),
        0,
        "nothing was held"
    );
    let late = world
        .send("complete-sandbox-charge", acts(&order, "succeeded"))
        .await;
    assert_eq!(late.code(), "charge_not_waiting");
    let stock = shop.seller.stock(&mut world, &shop.goods).await;
    assert_eq!(
        (&stock["on_hand"], &stock["reserved"]),
        (&json!(9), &json!(0))
    );
    world
        .tick("watch-open-payments", Duration::from_mins(3))
        .await;
    assert!(
        !world
            .stage
            .cloud
            .items("payment-payments")
            .iter()
            .any(|item| !item["open_since"].is_null())
    );
}

#[tokio::test(start_paused = true)]
async fn an_order_that_is_cancelled_while_its_payment_waits_leaves_nothing_held() {
    let mut world = World::new(1);
    let shop = Shop::open(&mut world).await;
    let order = shop.unpaid(&mut world).await;
    let id = order["id"].as_str().unwrap();
    assert_eq!(shop.shopper.cancel(&mut world, id).await.status, 200);
    // Before the provider is told, the customer acts.
    world
        .send("complete-sandbox-charge", acts(&order, "succeeded"))
        .await;
    world.settle().await;
    assert_eq!(
        shop.stand(&mut world, &order).await,
        stands("voided", "cancelled")
    );
    assert_eq!(books(&world, &order), [1, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn only_the_payer_learns_where_to_act() {
    let mut world = World::new(1);
    let shop = Shop::open(&mut world).await;
    let order = shop.unpaid(&mut world).await;
    let shown = payment(&mut world, &shop.shopper, &order).await;
    assert!(shown["next_action"]["url"].is_string() && shown["next_action"]["until"].is_string());
    let path = format!("/v1/payments/{}", payment_of(&order));
    let root = faults::journey::admin(&mut world).await;
    let seen = world
        .send("get-payment", Ask::get(&path).by(&root.token))
        .await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    assert!(seen.body["next_action"].is_null(), "{}", seen.text);
    let other = shopper(&mut world, "other").await;
    let seen = world
        .send("get-payment", Ask::get(&path).by(&other.token))
        .await;
    assert_eq!(seen.code(), "payment_not_found");
    for event in world.published.values() {
        assert!(
            !event.detail.to_string().contains("/v1/sandbox/"),
            "{event:?}"
        );
    }
}
