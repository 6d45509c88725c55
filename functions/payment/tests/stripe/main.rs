//! Stripe, against a stand-in of its documented API. Nothing here has ever seen the real one.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by stopping"
)]

mod contract;
#[allow(
    dead_code,
    reason = "of the consumers' stage, what the sandbox's books say is of no use here"
)]
#[path = "../payment/stage.rs"]
mod stage;
mod standin;
mod webhooks;

use std::future::Future;

use kernel::{Currency, Money, OrderId};
use payment::{Answer, Charge, Hold, PaymentProvider, Provider, Status, Transfer, Trouble};
use stage::{Stage, To};
use standin::{Deed, Fault, StandIn};

/// No function has this many calls.
const ENOUGH: usize = 40;

/// In real time, for the calls go over real sockets.
pub(crate) fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(test);
}

/// A stage whose provider is Stripe, in the place of which this stands.
pub(crate) fn stage_of(standin: &StandIn) -> testkit::Stage {
    let stage = testkit::Stage::seeded(1);
    let key = standin::KEY.to_owned();
    stage.cloud.secret("/souk/local/payment-provider-key", key);
    stage
        .with("PAYMENT_PROVIDER", "stripe")
        .with("PAYMENT_RETURN_URL", "https://shop.test/paid")
        .with("STRIPE_URL", &standin.url)
}

async fn payment_with(method: &str) -> (StandIn, Stage) {
    let standin = StandIn::start();
    let stage = Stage::on(stage_of(&standin), method).await;
    (standin, stage)
}

/// What Stripe has done with the card's money: how often it held, moved, let go and gave back, and how much.
type Done = [(usize, u64); 4];

fn done(standin: &StandIn) -> Done {
    [Deed::Held, Deed::Captured, Deed::Released, Deed::Refunded].map(|deed| standin.done(deed))
}

const NOTHING: Done = [(0, 0); 4];
const HELD: Done = [(1, 3_998), (0, 0), (0, 0), (0, 0)];
const MOVED: Done = [(1, 3_998), (1, 3_998), (0, 0), (0, 0)];
const MOVED_IN_TWO: Done = [(1, 3_998), (2, 3_998), (0, 0), (0, 0)];
const PART_KEPT: Done = [(1, 3_998), (1, 1_999), (1, 1_999), (0, 0)];
const LET_GO: Done = [(1, 3_998), (0, 0), (1, 3_998), (0, 0)];
const GIVEN_BACK: Done = [(1, 3_998), (1, 3_998), (0, 0), (1, 1_000)];

/// A function that is disturbed: the method, what happened before, to whom, what Stripe has done in the end, how the
/// payment stands.
type Disturbed = (&'static str, &'static [To], To, Done, Status);

const DISTURBED: &[Disturbed] = &[
    ("pm_card_visa", &[], To::Authorize, HELD, Status::Authorized),
    (
        "pm_card_chargeDeclined",
        &[],
        To::Authorize,
        NOTHING,
        Status::Declined,
    ),
    (
        "pm_card_authenticationRequired",
        &[],
        To::Authorize,
        NOTHING,
        Status::ActionRequired,
    ),
    (
        "pm_card_authenticationRequired",
        &[To::Authorize],
        To::Void,
        NOTHING,
        Status::Voided,
    ),
    (
        "pm_card_visa",
        &[To::Authorize],
        To::Capture,
        MOVED,
        Status::Captured,
    ),
    (
        "pm_card_visa",
        &[To::Authorize, To::Part],
        To::Capture,
        MOVED_IN_TWO,
        Status::Captured,
    ),
    (
        "pm_card_visa",
        &[To::Authorize],
        To::Rest,
        PART_KEPT,
        Status::Captured,
    ),
    (
        "pm_card_visa",
        &[To::Authorize],
        To::Void,
        LET_GO,
        Status::Voided,
    ),
    ("pm_card_visa", &[], To::Void, NOTHING, Status::Voided),
    (
        "pm_card_visa",
        &[To::Void],
        To::Authorize,
        NOTHING,
        Status::Voided,
    ),
    (
        "pm_card_visa",
        &[To::Authorize, To::Capture],
        To::Refund(1),
        GIVEN_BACK,
        Status::Captured,
    ),
];

/// A payment that has come so far.
async fn payment_after(method: &str, before: &[To], to: To) -> (StandIn, Stage) {
    let (standin, stage) = payment_with(method).await;
    for to in before {
        stage.happens(*to).await;
    }
    if let To::Refund(_) = to {
        assert_eq!(stage.refund(1_000, "back").await.status, 202);
    }
    (standin, stage)
}

#[test]
fn a_call_to_stripe_that_is_lost_fails_or_is_too_many_ends_the_same_after_redelivery() {
    run(async {
        for &(method, before, to, books, status) in DISTURBED {
            for fault in Fault::ALL {
                let mut reached = 0;
                for call in 0..ENOUGH {
                    let (standin, stage) = payment_after(method, before, to).await;
                    let event = stage.event(to);
                    standin.disturb(call, fault);
                    let was_taken = stage.deliver(to, &event).await;
                    if !standin.heal() {
                        assert!(was_taken, "{method} {to:?} {call}");
                        break;
                    }
                    reached += 1;
                    let told = format!("{method} {to:?} {fault:?} {call}");
                    // Making an intent that has failed fails for a day; see below.
                    if fault == Fault::Broken
                        && standin.done(Deed::Held).0 == 0
                        && to == To::Authorize
                        && call == 0
                    {
                        continue;
                    }
                    stage.settle(to, &event).await;
                    assert_eq!(done(&standin), books, "{told}");
                    assert_eq!(stage.status().await, Some(status), "{told}");
                }
                let is_asked = !(before.is_empty() && to == To::Void || before == [To::Void]);
                assert_eq!(reached > 0, is_asked, "{method} {to:?}: {reached}");
            }
        }
    });
}

#[test]
fn a_function_that_is_stopped_at_any_call_ends_the_same_after_redelivery() {
    run(async {
        for &(method, before, to, books, status) in DISTURBED {
            for fault in [
                testkit::Fault::LostReply,
                testkit::Fault::KilledBefore,
                testkit::Fault::KilledAfter,
            ] {
                for call in 0..ENOUGH {
                    let (standin, stage) = payment_after(method, before, to).await;
                    let event = stage.event(to);
                    let fault = stage::Fault::Of(fault);
                    if !stage.disturb(to, &event, call, fault).await {
                        assert!(call > 0, "{method} {to:?}");
                        break;
                    }
                    stage.settle(to, &event).await;
                    assert_eq!(done(&standin), books, "{method} {to:?} {call}");
                    assert_eq!(stage.status().await, Some(status), "{method} {to:?} {call}");
                }
            }
        }
    });
}

#[test]
fn an_order_that_is_cancelled_at_any_moment_of_its_authorisation_keeps_no_money_held() {
    run(async {
        for call in 0..ENOUGH {
            let (standin, stage) = payment_with("pm_card_visa").await;
            let (cancelling, cancelled) = (stage.clone(), stage.event(To::Void));
            let meanwhile = stage::Fault::Meanwhile(Box::pin(async move {
                cancelling.settle(To::Void, &cancelled).await;
            }));
            let reserved = stage.event(To::Authorize);
            if !stage
                .disturb(To::Authorize, &reserved, call, meanwhile)
                .await
            {
                assert!(call > 3, "{call}");
                break;
            }
            stage.settle(To::Authorize, &reserved).await;
            assert_eq!(stage.status().await, Some(Status::Voided), "{call}");
            let [held, captured, released, _] = done(&standin);
            assert_eq!(held, released, "{call}");
            assert!(held.0 <= 1 && captured.0 == 0, "{call}");
        }
    });
}

#[test]
fn a_failure_of_stripes_that_it_says_again_for_a_day_holds_nothing_and_is_let_go_of() {
    run(async {
        let (standin, stage) = payment_with("pm_card_visa").await;
        let event = stage.event(To::Authorize);
        standin.disturb(0, Fault::Broken);
        for _ in 0..5 {
            assert!(!stage.deliver(To::Authorize, &event).await);
        }
        assert_eq!(stage.status().await, Some(Status::Unknown));
        stage.happens(To::Void).await;
        assert_eq!(stage.status().await, Some(Status::Voided));
        assert_eq!((standin.intents(), done(&standin)), (1, NOTHING));
    });
}

#[test]
fn events_that_come_three_times_move_the_money_once() {
    run(async {
        let (standin, stage) = payment_with("pm_card_visa").await;
        let events = [To::Authorize, To::Part, To::Capture].map(|to| (to, stage.event(to)));
        for (to, event) in &events {
            for _ in 0..3 {
                stage.settle(*to, event).await;
            }
        }
        for (to, event) in &events {
            stage.settle(*to, event).await;
        }
        assert_eq!(done(&standin), MOVED_IN_TWO);
        assert_eq!(standin.intents(), 1);
    });
}

#[test]
fn without_multicapture_what_is_shipped_at_once_is_paid_and_a_part_is_refused_loudly() {
    run(async {
        let method = "pm_card_credit_disableEnterpriseCardFeatures";
        let (standin, stage) = payment_with(method).await;
        stage.happens(To::Authorize).await;
        stage.happens(To::Capture).await;
        assert_eq!(stage.status().await, Some(Status::Captured));
        assert_eq!(done(&standin), MOVED);

        let (standin, stage) = payment_with(method).await;
        stage.happens(To::Authorize).await;
        stage.happens(To::Part).await;
        assert_eq!(stage.status().await, Some(Status::CaptureFailed));
        assert_eq!(done(&standin), HELD);
    });
}

/// What asks Stripe, without the functions around it.
async fn provider(standin: &StandIn, method: &str) -> (Box<dyn PaymentProvider>, Charge) {
    let stage = stage_of(standin);
    let order_id: OrderId = stage.ids.fresh(stage.clock.now());
    let platform = stage.platform("authorize-payment-on-order-stock-reserved");
    let provider = Provider::Stripe.open(platform).await.unwrap();
    let charge = Charge {
        key: payment::payment::payment_id(order_id).to_string(),
        order_id,
        amount: Money::new(3_998, Currency::EUR).unwrap(),
        method: method.to_owned(),
    };
    (provider, charge)
}

fn part(charge: &Charge, kind: &str, number: u32, amount: u64) -> Transfer {
    Transfer {
        key: format!("{}#{kind}#{number}", charge.key),
        amount: Money::new(amount, Currency::EUR).unwrap(),
    }
}

#[test]
fn a_second_attempt_is_an_intent_of_its_own() {
    run(async {
        let standin = StandIn::start();
        let (provider, first) = provider(&standin, "pm_card_chargeDeclined").await;
        let declined = Hold::Declined("card_declined".to_owned());
        assert_eq!(provider.authorize(&first).await, Ok(declined));
        assert_eq!(provider.void(&first).await, Ok(false));
        let second = Charge {
            key: format!("{}#attempt#2", first.key),
            method: "pm_card_visa".to_owned(),
            ..first.clone()
        };
        for _ in 0..2 {
            assert_eq!(provider.authorize(&second).await, Ok(Hold::Held));
        }
        assert_eq!(standin.intents(), 2);
        let standing = provider.look_up(&second).await.unwrap().unwrap();
        assert_eq!(standing.about, second.reference("stripe_test"));

        let taken = part(&second, "capture", 1, 3_998);
        assert_eq!(provider.capture(&second, &taken).await, Ok(Answer::Done));
        let found = provider.find(&second, &taken.key).await;
        assert_eq!(found, Ok(Some(Answer::Done)));
        let back = part(&second, "refund", 1, 500);
        assert_eq!(provider.refund(&second, &back).await, Ok(Answer::Done));

        // The first one is over, whoever asks for it again.
        let voided = Hold::Declined("voided".to_owned());
        assert_eq!(provider.authorize(&first).await, Ok(voided));
        assert_eq!(provider.entries(&second).await.unwrap().len(), 3);
        assert_eq!(done(&standin), [(1, 3_998), (1, 3_998), (0, 0), (1, 500)]);
    });
}

#[test]
fn what_stripe_is_asked_is_what_it_documents() {
    run(async {
        let standin = StandIn::start();
        let (provider, charge) = provider(&standin, "pm_card_visa").await;
        provider.authorize(&charge).await.unwrap();
        let first = part(&charge, "capture", 1, 1_000);
        provider.capture(&charge, &first).await.unwrap();
        let back = part(&charge, "refund", 1, 500);
        provider.refund(&charge, &back).await.unwrap();

        let seen = standin.seen();
        let posts: Vec<_> = seen
            .iter()
            .filter(|call| call.path.starts_with("POST"))
            .collect();
        let [make, confirm, capture, refund] = posts.as_slice() else {
            panic!("{posts:?}");
        };
        assert_eq!(make.path, "POST /v1/payment_intents");
        assert_eq!(make.key.as_ref(), Some(&charge.key));
        let order = charge.order_id.to_string();
        for (field, value) in [
            ("amount", "3998"),
            ("currency", "eur"),
            ("capture_method", "manual"),
            ("payment_method", "pm_card_visa"),
            ("payment_method_types[]", "card"),
            ("metadata[payment]", charge.key.as_str()),
            ("metadata[order]", order.as_str()),
        ] {
            assert_eq!(make.form[field], value, "{field}");
        }
        assert_eq!(confirm.path, "POST /v1/payment_intents/pi_0/confirm");
        assert_eq!(confirm.form["return_url"], "https://shop.test/paid");
        assert_eq!(confirm.key, None);
        assert_eq!(capture.key.as_ref(), Some(&first.key));
        assert_eq!(capture.form["amount_to_capture"], "1000");
        assert_eq!(capture.form["final_capture"], "false");
        assert_eq!(capture.form["metadata[capture#1]"], "1000");
        assert_eq!(refund.key.as_ref(), Some(&back.key));
        assert_eq!(refund.form["metadata[refund]"], back.key);
        assert_eq!(refund.form["amount"], "500");
    });
}

#[test]
fn an_intent_is_known_before_its_card_is_asked() {
    run(async {
        // The answer that the intent was made is lost: no bank was asked.
        let standin = StandIn::start();
        let (provider, charge) = provider(&standin, "pm_card_visa").await;
        standin.disturb(0, Fault::LostReply);
        let asked = provider.authorize(&charge).await;
        assert_eq!(asked, Err(Trouble::AnswerLost));
        assert_eq!(provider.look_up(&charge).await, Ok(None));
        assert_eq!(done(&standin), NOTHING);
        assert_eq!(provider.authorize(&charge).await, Ok(Hold::Held));
        assert_eq!((standin.intents(), done(&standin)), (1, HELD));

        // The answer of the bank is lost: its intent is known.
        let standin = StandIn::start();
        let (provider, charge) = self::provider(&standin, "pm_card_visa").await;
        standin.disturb(1, Fault::LostReply);
        let asked = provider.authorize(&charge).await;
        assert_eq!(asked, Err(Trouble::AnswerLost));
        let found = provider.look_up(&charge).await.unwrap().unwrap();
        assert_eq!(found.hold, Hold::Held);
        assert_eq!(provider.void(&charge).await, Ok(true));
        assert_eq!(done(&standin), LET_GO);
    });
}

#[test]
fn a_key_that_stripe_does_not_take_declines_nobody_and_is_not_logged() {
    run(async {
        let standin = StandIn::start();
        let stage = stage_of(&standin);
        let other = "sk_test_of_another".to_owned();
        stage
            .cloud
            .secret("/souk/local/payment-provider-key", other.clone());
        let payment = Stage::on(stage.clone(), "pm_card_visa").await;
        let event = payment.event(To::Authorize);
        assert!(!payment.deliver(To::Authorize, &event).await);
        assert_eq!(payment.status().await, Some(Status::Pending));
        let log = stage.take_log();
        let text = serde_json::to_string(&log).unwrap();
        assert!(text.contains("does not take our key"), "{text}");
        assert!(
            !text.contains(&other) && !text.contains("for people"),
            "{text}"
        );
    });
}

#[test]
fn a_function_does_not_start_with_what_is_no_key_or_would_be_sent_in_clear() {
    run(async {
        let standin = StandIn::start();
        for (key, setting, value, starts) in [
            (standin::KEY, "LOCALE", "en", true),
            ("rk_test_1", "LOCALE", "en", true),
            ("generated", "LOCALE", "en", false),
            ("pk_test_1", "LOCALE", "en", false),
            // Over plain HTTP.
            ("sk_live_1", "LOCALE", "en", false),
            (standin::KEY, "PAYMENT_RETURN_URL", "", false),
            (standin::KEY, "PAYMENT_PROVIDER", "another", false),
        ] {
            let stage = stage_of(&standin).with(setting, value);
            stage
                .cloud
                .secret("/souk/local/payment-provider-key", key.to_owned());
            let platform = stage.platform("watch-open-payments");
            let started = payment::Payments::start(platform).await;
            assert_eq!(started.is_ok(), starts, "{key} {value}");
        }
    });
}

/// The functions that ask the provider, and no others, may read its key.
#[test]
fn who_asks_the_provider_reads_its_key_and_nobody_else() {
    run(async {
        let standin = StandIn::start();
        let stage = stage_of(&standin);
        for name in [
            "authorize-payment-on-order-stock-reserved",
            "capture-payment-on-order-progressed",
            "follow-payment-webhook",
            "give-refund-on-payment-refund-requested",
            "reconcile-payments",
            "void-payment-on-order-cancelled",
            "watch-open-payments",
        ] {
            payment::Payments::start(stage.platform(name))
                .await
                .unwrap();
            let grant = "SecretPaymentProviderKey";
            stage.cloud.revoke(name, grant);
            let refused = payment::Payments::start(stage.platform(name)).await;
            assert!(refused.is_err(), "{name} starts without {grant}");
        }
        for name in ["get-payment", "receive-payment-webhook", "request-refund"] {
            let settings = testkit::Stage::settings_of(name);
            assert!(
                !settings.contains_key("SECRET_PAYMENT_PROVIDER_KEY"),
                "{name}"
            );
        }
    });
}

#[test]
fn what_was_done_at_stripes_own_desk_is_in_its_books() {
    run(async {
        let standin = StandIn::start();
        let (provider, charge) = provider(&standin, "pm_card_visa").await;
        provider.authorize(&charge).await.unwrap();
        let first = part(&charge, "capture", 1, 1_000);
        provider.capture(&charge, &first).await.unwrap();
        standin.capture_past_us(500);
        let entries = provider.entries(&charge).await.unwrap();
        let captured = entries
            .iter()
            .filter(|entry| entry.deed == payment::provider::Deed::Capture);
        let captured: Vec<_> = captured
            .map(|entry| (entry.key.clone(), entry.amount.amount()))
            .collect();
        assert_eq!(captured, [(first.key, 1_000), ("pi_0".to_owned(), 500)]);
    });
}

#[test]
fn refunds_are_found_on_whichever_page_they_are_and_one_that_failed_is_told() {
    run(async {
        let standin = StandIn::start();
        standin.page(2);
        let (provider, charge) = provider(&standin, "pm_card_visa").await;
        provider.authorize(&charge).await.unwrap();
        let all = part(&charge, "capture", 1, 3_998);
        provider.capture(&charge, &all).await.unwrap();
        let back = |number| part(&charge, "refund", number, 100);
        for _ in 0..2 {
            for number in 1..=5 {
                assert_eq!(
                    provider.refund(&charge, &back(number)).await,
                    Ok(Answer::Done)
                );
            }
        }
        assert_eq!(standin.done(Deed::Refunded), (5, 500));
        standin.fail_refund();
        let failed = Some(Answer::Declined("lost_or_stolen_card".to_owned()));
        let key = back(1).key;
        assert_eq!(provider.find(&charge, &key).await, Ok(failed));
    });
}
