//! What becomes of the money of an order, whatever happens on the way: counted in the provider's own books.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by stopping"
)]

mod stage;

use std::future::Future;

use payment::Status;
use stage::{Books, Fault, Stage, To};

/// No function has this many calls to the backend.
const ENOUGH: usize = 60;

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(test);
}

const HELD: Books = Books {
    held: 1,
    captured: 0,
    voided: 0,
};
const MOVED: Books = Books {
    captured: 1,
    ..HELD
};
const LET_GO: Books = Books { voided: 1, ..HELD };
const NOTHING: Books = Books {
    held: 0,
    captured: 0,
    voided: 0,
};

#[test]
fn each_method_of_the_sandbox_ends_as_it_should() {
    run(async {
        for (method, deliveries, status, books, event) in [
            (
                "pm_sandbox_ok",
                1,
                Status::Authorized,
                HELD,
                "payment.authorized.v1",
            ),
            (
                "pm_sandbox_slow",
                1,
                Status::Authorized,
                HELD,
                "payment.authorized.v1",
            ),
            (
                "pm_sandbox_lost_reply",
                2,
                Status::Authorized,
                HELD,
                "payment.authorized.v1",
            ),
            (
                "pm_sandbox_flaky",
                3,
                Status::Authorized,
                HELD,
                "payment.authorized.v1",
            ),
            (
                "pm_sandbox_declined",
                1,
                Status::Declined,
                NOTHING,
                "payment.declined.v1",
            ),
            (
                "pm_of_nobody",
                1,
                Status::Declined,
                NOTHING,
                "payment.declined.v1",
            ),
        ] {
            let stage = Stage::with(method).await;
            assert_eq!(stage.happens(To::Authorize).await, deliveries, "{method}");
            assert_eq!(stage.status().await, Some(status), "{method}");
            assert_eq!(stage.books(), books, "{method}");
            assert_eq!(stage.published(), [event], "{method}");
        }
    });
}

#[test]
fn an_event_that_comes_three_times_is_one() {
    run(async {
        let stage = Stage::with("pm_sandbox_ok").await;
        let (reserved, shipped) = (stage.event(To::Authorize), stage.event(To::Capture));
        for _ in 0..3 {
            stage.settle(To::Authorize, &reserved).await;
        }
        for _ in 0..3 {
            stage.settle(To::Capture, &shipped).await;
            stage.settle(To::Authorize, &reserved).await;
        }
        assert_eq!(stage.status().await, Some(Status::Captured));
        assert_eq!(stage.books(), MOVED);
        assert_eq!(
            stage.published(),
            ["payment.authorized.v1", "payment.captured.v1"]
        );
    });
}

#[test]
fn an_order_that_asks_again_is_answered_again_and_charged_once() {
    run(async {
        let stage = Stage::with("pm_sandbox_ok").await;
        stage.happens(To::Authorize).await;
        stage.happens(To::Authorize).await;
        assert_eq!(stage.books(), HELD);
        assert_eq!(
            stage.published(),
            ["payment.authorized.v1", "payment.authorized.v1"]
        );
    });
}

#[test]
fn a_cancelled_order_is_never_charged_whenever_its_payment_is_asked_for() {
    run(async {
        let stage = Stage::with("pm_sandbox_ok").await;
        stage.happens(To::Void).await;
        assert!(!stage.is_shown().await, "nothing was asked for");
        stage.happens(To::Authorize).await;
        stage.happens(To::Void).await;
        assert_eq!(stage.status().await, Some(Status::Voided));
        assert_eq!(stage.books(), NOTHING);
        assert!(stage.published().is_empty());
    });
}

#[test]
fn a_cancelled_order_gets_its_money_back_once() {
    run(async {
        let stage = Stage::with("pm_sandbox_ok").await;
        stage.happens(To::Authorize).await;
        stage.happens(To::Void).await;
        stage.happens(To::Void).await;
        stage.happens(To::Authorize).await;
        assert_eq!(stage.status().await, Some(Status::Voided));
        assert_eq!(stage.books(), LET_GO);
        assert_eq!(
            stage.published(),
            ["payment.authorized.v1", "payment.voided.v1"]
        );
    });
}

#[test]
fn an_order_cancelled_while_nobody_knows_what_the_provider_holds_gets_it_back() {
    run(async {
        let stage = Stage::with("pm_sandbox_lost_reply").await;
        let reserved = stage.event(To::Authorize);
        assert!(!stage.deliver(To::Authorize, &reserved).await);
        assert_eq!(stage.status().await, Some(Status::Unknown));
        stage.happens(To::Void).await;
        stage.settle(To::Authorize, &reserved).await;
        assert_eq!(stage.status().await, Some(Status::Voided));
        assert_eq!(stage.books(), LET_GO);
        assert_eq!(stage.published(), ["payment.voided.v1"]);
    });
}

#[test]
fn a_cancellation_that_comes_too_late_leaves_what_was_captured_or_declined() {
    run(async {
        let stage = Stage::with("pm_sandbox_ok").await;
        stage.happens(To::Authorize).await;
        stage.happens(To::Capture).await;
        stage.happens(To::Void).await;
        assert_eq!(stage.status().await, Some(Status::Captured));
        assert_eq!(stage.books(), MOVED);

        let stage = Stage::with("pm_sandbox_declined").await;
        stage.happens(To::Authorize).await;
        stage.happens(To::Void).await;
        assert_eq!(stage.status().await, Some(Status::Declined));
        assert_eq!(stage.published(), ["payment.declined.v1"]);
    });
}

#[test]
fn a_function_that_is_stopped_at_any_call_ends_the_same_after_redelivery() {
    run(async {
        for (method, before, stopped, books, events) in [
            (
                "pm_sandbox_ok",
                &[][..],
                To::Authorize,
                HELD,
                &["payment.authorized.v1"][..],
            ),
            (
                "pm_sandbox_lost_reply",
                &[],
                To::Authorize,
                HELD,
                &["payment.authorized.v1"],
            ),
            (
                "pm_sandbox_declined",
                &[],
                To::Authorize,
                NOTHING,
                &["payment.declined.v1"],
            ),
            (
                "pm_sandbox_ok",
                &[To::Authorize],
                To::Capture,
                MOVED,
                &["payment.authorized.v1", "payment.captured.v1"],
            ),
            (
                "pm_sandbox_ok",
                &[To::Authorize],
                To::Void,
                LET_GO,
                &["payment.authorized.v1", "payment.voided.v1"],
            ),
            ("pm_sandbox_ok", &[], To::Void, NOTHING, &[]),
            ("pm_sandbox_ok", &[To::Void], To::Authorize, NOTHING, &[]),
        ] {
            for fault in testkit::Fault::ALL {
                let mut reached = 0;
                for call in 0..ENOUGH {
                    let stage = Stage::with(method).await;
                    for to in before {
                        stage.happens(*to).await;
                    }
                    let event = stage.event(stopped);
                    if !stage.disturb(stopped, &event, call, Fault::Of(fault)).await {
                        break;
                    }
                    reached += 1;
                    stage.settle(stopped, &event).await;
                    assert_eq!(stage.books(), books, "{method} {stopped:?} {call}");
                    assert_eq!(stage.published(), events, "{method} {stopped:?} {call}");
                }
                assert!((1..ENOUGH).contains(&reached), "{stopped:?}: {reached}");
            }
        }
    });
}

#[test]
fn an_order_cancelled_at_any_moment_of_its_authorisation_keeps_no_money_held() {
    run(async {
        for method in ["pm_sandbox_ok", "pm_sandbox_lost_reply"] {
            for call in 0..ENOUGH {
                let stage = Stage::with(method).await;
                let reserved = stage.event(To::Authorize);
                let cancelling = stage.clone();
                let cancelled = stage.event(To::Void);
                let meanwhile = Fault::Meanwhile(Box::pin(async move {
                    cancelling.settle(To::Void, &cancelled).await;
                }));
                if !stage
                    .disturb(To::Authorize, &reserved, call, meanwhile)
                    .await
                {
                    assert!(call > 3, "{method}: {call}");
                    break;
                }
                stage.settle(To::Authorize, &reserved).await;
                assert_eq!(
                    stage.status().await,
                    Some(Status::Voided),
                    "{method} {call}"
                );
                let books = stage.books();
                assert_eq!(books.held, books.voided, "{method} {call}");
                assert!(books.held <= 1 && books.captured == 0, "{method} {call}");
                let voided = "payment.voided.v1".to_owned();
                let told = stage.published().iter().filter(|t| **t == voided).count();
                assert_eq!(told as u64, books.voided, "{method} {call}");
            }
        }
    });
}

#[test]
fn an_authorisation_at_any_moment_of_the_cancellation_leaves_no_money_held() {
    run(async {
        for held_before in [false, true] {
            for call in 0..ENOUGH {
                let stage = Stage::with("pm_sandbox_ok").await;
                let reserved = stage.event(To::Authorize);
                if held_before {
                    stage.settle(To::Authorize, &reserved).await;
                }
                let (asking, late) = (stage.clone(), reserved.clone());
                let meanwhile = Fault::Meanwhile(Box::pin(async move {
                    asking.settle(To::Authorize, &late).await;
                }));
                let cancelled = stage.event(To::Void);
                if !stage.disturb(To::Void, &cancelled, call, meanwhile).await {
                    assert!(call > 3, "{call}");
                    break;
                }
                stage.settle(To::Void, &cancelled).await;
                assert_eq!(stage.status().await, Some(Status::Voided), "{call}");
                let books = stage.books();
                assert_eq!(books.held, books.voided, "{call}");
                let voided = "payment.voided.v1".to_owned();
                let told = stage.published().iter().filter(|t| **t == voided).count();
                assert_eq!(told as u64, books.voided, "{call}");
            }
        }
    });
}

#[test]
fn two_deliveries_at_the_same_time_are_one() {
    run(async {
        for (before, both) in [
            (&[][..], To::Authorize),
            (&[To::Authorize], To::Capture),
            (&[To::Authorize], To::Void),
        ] {
            for call in 0..ENOUGH {
                let stage = Stage::with("pm_sandbox_ok").await;
                for to in before {
                    stage.happens(*to).await;
                }
                let event = stage.event(both);
                let (second, again) = (stage.clone(), event.clone());
                let meanwhile = Fault::Meanwhile(Box::pin(async move {
                    second.settle(both, &again).await;
                }));
                if !stage.disturb(both, &event, call, meanwhile).await {
                    break;
                }
                stage.settle(both, &event).await;
                let expected = match both {
                    To::Authorize => HELD,
                    To::Capture => MOVED,
                    To::Void => LET_GO,
                };
                assert_eq!(stage.books(), expected, "{both:?} {call}");
                assert_eq!(stage.published().len(), before.len() + 1, "{both:?} {call}");
            }
        }
    });
}
