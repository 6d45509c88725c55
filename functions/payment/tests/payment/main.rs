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
    moved: 0,
    refunded: 0,
    given: 0,
};
const MOVED: Books = Books {
    captured: 1,
    moved: 3_998,
    ..HELD
};
/// One of two pieces.
const PART: Books = Books {
    captured: 1,
    moved: 1_999,
    ..HELD
};
const PART_KEPT: Books = Books { voided: 1, ..PART };
const LET_GO: Books = Books { voided: 1, ..HELD };
const NOTHING: Books = Books { held: 0, ..HELD };

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
                // Its first failure is tried once more at once (docs/decisions/0036).
                "pm_sandbox_flaky",
                2,
                Status::Authorized,
                HELD,
                "payment.authorized.v1",
            ),
            (
                "pm_sandbox_3ds",
                1,
                Status::ActionRequired,
                NOTHING,
                "payment.action-required.v1",
            ),
            (
                "pm_sandbox_3ds_lost_reply",
                2,
                Status::ActionRequired,
                NOTHING,
                "payment.action-required.v1",
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
fn an_order_that_is_shipped_in_parts_is_paid_in_parts_whatever_comes_when() {
    run(async {
        for (order, captures) in [
            ([To::Part, To::Capture], 2),
            // The first part is no news any more.
            ([To::Capture, To::Part], 1),
        ] {
            let stage = Stage::with("pm_sandbox_ok").await;
            stage.happens(To::Authorize).await;
            for to in order {
                stage.happens(to).await;
            }
            stage.happens(To::Part).await;
            assert_eq!(stage.status().await, Some(Status::Captured), "{order:?}");
            let books = Books {
                captured: captures,
                ..MOVED
            };
            assert_eq!(stage.books(), books, "{order:?}");
        }
    });
}

#[test]
fn what_was_called_off_is_let_go_and_what_was_shipped_is_kept() {
    run(async {
        let stage = Stage::with("pm_sandbox_ok").await;
        stage.happens(To::Authorize).await;
        stage.happens(To::Part).await;
        assert_eq!(stage.status().await, Some(Status::PartlyCaptured));
        assert_eq!(stage.books(), PART);
        for _ in 0..2 {
            stage.happens(To::Rest).await;
            assert_eq!(stage.status().await, Some(Status::Captured));
            assert_eq!(stage.books(), PART_KEPT);
        }
        let events = [
            "payment.authorized.v1",
            "payment.captured.v1",
            "payment.voided.v1",
        ];
        assert_eq!(stage.published(), events);
    });
}

#[test]
fn a_part_whose_answer_was_lost_is_asked_for_again_and_moved_once() {
    run(async {
        let stage = Stage::with("pm_sandbox_capture_lost_reply").await;
        stage.happens(To::Authorize).await;
        let shipped = stage.event(To::Part);
        assert!(!stage.deliver(To::Part, &shipped).await);
        assert_eq!(stage.status().await, Some(Status::Authorized));
        // Before the first part is known of, all is shipped.
        assert_eq!(
            stage.happens(To::Capture).await,
            2,
            "the second part is lost too"
        );
        stage.settle(To::Part, &shipped).await;
        assert_eq!(stage.status().await, Some(Status::Captured));
        let books = Books {
            captured: 2,
            ..MOVED
        };
        assert_eq!(stage.books(), books);
    });
}

#[test]
fn a_capture_that_is_refused_for_good_is_told_once_and_tried_no_more() {
    run(async {
        let stage = Stage::with("pm_sandbox_capture_declined").await;
        stage.happens(To::Authorize).await;
        for to in [To::Part, To::Part, To::Capture] {
            assert_eq!(stage.happens(to).await, 1);
            assert_eq!(stage.status().await, Some(Status::CaptureFailed));
        }
        assert_eq!(stage.books(), HELD);
        let events = ["payment.authorized.v1", "payment.capture-failed.v1"];
        assert_eq!(stage.published(), events);
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

/// A function that is stopped: the method, what happened before, to whom, how the books end, what was announced.
type Stopped = (
    &'static str,
    &'static [To],
    To,
    Books,
    &'static [&'static str],
);

/// Every function that asks the provider, in every way that it answers.
const STOPPED: &[Stopped] = &[
    (
        "pm_sandbox_ok",
        &[],
        To::Authorize,
        HELD,
        &["payment.authorized.v1"],
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
        "pm_sandbox_3ds",
        &[],
        To::Authorize,
        NOTHING,
        &["payment.action-required.v1"],
    ),
    (
        "pm_sandbox_3ds",
        &[To::Authorize],
        To::Void,
        NOTHING,
        &["payment.action-required.v1"],
    ),
    (
        "pm_sandbox_ok",
        &[To::Authorize],
        To::Capture,
        MOVED,
        &["payment.authorized.v1", "payment.captured.v1"],
    ),
    (
        "pm_sandbox_capture_lost_reply",
        &[To::Authorize],
        To::Capture,
        MOVED,
        &["payment.authorized.v1", "payment.captured.v1"],
    ),
    (
        "pm_sandbox_capture_declined",
        &[To::Authorize],
        To::Capture,
        HELD,
        &["payment.authorized.v1", "payment.capture-failed.v1"],
    ),
    (
        "pm_sandbox_ok",
        &[To::Authorize, To::Part],
        To::Capture,
        Books {
            captured: 2,
            ..MOVED
        },
        &[
            "payment.authorized.v1",
            "payment.captured.v1",
            "payment.captured.v1",
        ],
    ),
    (
        "pm_sandbox_ok",
        &[To::Authorize],
        To::Rest,
        PART_KEPT,
        &[
            "payment.authorized.v1",
            "payment.captured.v1",
            "payment.voided.v1",
        ],
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
];

#[test]
fn a_function_that_is_stopped_at_any_call_ends_the_same_after_redelivery() {
    run(async {
        for &(method, before, stopped, books, events) in STOPPED {
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
                    stage.balances().await;
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
                    To::Void => LET_GO,
                    To::Rest => PART_KEPT,
                    _ => MOVED,
                };
                assert_eq!(stage.books(), expected, "{both:?} {call}");
                assert_eq!(stage.published().len(), before.len() + 1, "{both:?} {call}");
            }
        }
    });
}

/// What comes of a refund.
const BACK: &[&str] = &[
    "payment.authorized.v1",
    "payment.captured.v1",
    "payment.refund-requested.v1",
    "payment.refunded.v1",
];
const NOT_BACK: &[&str] = &[
    "payment.authorized.v1",
    "payment.captured.v1",
    "payment.refund-failed.v1",
    "payment.refund-requested.v1",
];

/// A payment that was captured, of which so much is to be given back.
async fn to_refund(method: &str, amount: u64) -> Stage {
    let stage = Stage::with(method).await;
    stage.happens(To::Authorize).await;
    stage.settle(To::Capture, &stage.event(To::Capture)).await;
    assert_eq!(stage.refund(amount, "back").await.status, 202);
    stage
}

#[test]
fn a_refund_is_given_once_whatever_happens_on_the_way() {
    run(async {
        let given = Books {
            refunded: 1,
            given: 1_000,
            ..MOVED
        };
        for (method, books, events) in [
            ("pm_sandbox_ok", given, BACK),
            ("pm_sandbox_refund_lost_reply", given, BACK),
            ("pm_sandbox_refund_declined", MOVED, NOT_BACK),
        ] {
            for fault in testkit::Fault::ALL {
                let mut reached = 0;
                for call in 0..ENOUGH {
                    let stage = to_refund(method, 1_000).await;
                    let asked = stage.event(To::Refund(1));
                    let fault = Fault::Of(fault);
                    if !stage.disturb(To::Refund(1), &asked, call, fault).await {
                        break;
                    }
                    reached += 1;
                    stage.settle(To::Refund(1), &asked).await;
                    assert_eq!(stage.books(), books, "{method} {call}");
                    assert_eq!(stage.published(), events, "{method} {call}");
                    stage.balances().await;
                }
                assert!((1..ENOUGH).contains(&reached), "{method}: {reached}");
            }
        }
    });
}

#[test]
fn two_refunds_of_the_same_money_are_one() {
    run(async {
        for seed in 0..20 {
            let stage = Stage::seeded(seed, "pm_sandbox_ok").await;
            stage.happens(To::Authorize).await;
            stage.happens(To::Capture).await;
            let answers = stage.refund_at_once(&[3_000, 2_000, 3_998]).await;
            let taken = answers.iter().filter(|answer| answer.status == 202);
            assert_eq!(taken.count(), 1, "seed {seed}");
            for refused in answers.iter().filter(|answer| answer.status != 202) {
                assert_eq!(refused.code(), "refund_exceeds_captured", "seed {seed}");
            }
            stage.happens(To::Refund(1)).await;
            assert_eq!(stage.books().refunded, 1, "seed {seed}");
            stage.balances().await;
        }
    });
}

#[test]
fn refunds_that_fit_are_all_given_however_they_come() {
    run(async {
        for seed in 0..20 {
            let stage = Stage::seeded(seed, "pm_sandbox_ok").await;
            stage.happens(To::Authorize).await;
            stage.happens(To::Capture).await;
            let answers = stage.refund_at_once(&[1_000, 2_000, 998]).await;
            assert!(
                answers.iter().all(|answer| answer.status == 202),
                "seed {seed}"
            );
            for number in [3, 1, 2, 1] {
                stage.happens(To::Refund(number)).await;
            }
            let books = stage.books();
            assert_eq!((books.refunded, books.given), (3, 3_998), "seed {seed}");
            let (stands, commission) = (stage.balances().await, 400);
            let expected = [
                ("commission", -commission),
                ("customer", 0),
                ("provider", 0),
                ("refunds", 3_998),
                ("seller", commission - 3_998),
            ];
            let expected = expected.map(|(name, stands)| (name.to_owned(), stands));
            assert_eq!(stands, expected, "seed {seed}");
        }
    });
}

#[test]
fn a_refund_and_a_capture_at_any_moment_of_each_other_both_count() {
    run(async {
        for (first, second) in [(To::Capture, To::Refund(1)), (To::Refund(1), To::Capture)] {
            for call in 0..ENOUGH {
                let stage = Stage::with("pm_sandbox_ok").await;
                stage.happens(To::Authorize).await;
                stage.happens(To::Part).await;
                assert_eq!(stage.refund(1_500, "back").await.status, 202);
                let (other, event) = (stage.clone(), stage.event(first));
                let meanwhile = Fault::Meanwhile(Box::pin(async move {
                    other.happens(second).await;
                }));
                if !stage.disturb(first, &event, call, meanwhile).await {
                    assert!(call > 3, "{call}");
                    break;
                }
                stage.settle(first, &event).await;
                let books = Books {
                    captured: 2,
                    refunded: 1,
                    given: 1_500,
                    ..MOVED
                };
                assert_eq!(stage.books(), books, "{first:?} {call}");
                assert_eq!(stage.status().await, Some(Status::Captured));
                stage.balances().await;
            }
        }
    });
}

#[test]
fn what_is_asked_back_during_a_capture_is_what_was_captured_before() {
    run(async {
        for call in 0..ENOUGH {
            let stage = Stage::with("pm_sandbox_ok").await;
            stage.happens(To::Authorize).await;
            stage.happens(To::Part).await;
            let (other, event) = (stage.clone(), stage.event(To::Capture));
            let meanwhile = Fault::Meanwhile(Box::pin(async move {
                assert_eq!(other.refund(1_999, "back").await.status, 202);
                let more = other.refund(1_999, "more").await;
                assert!([202, 409].contains(&more.status), "{}", more.text);
            }));
            if !stage.disturb(To::Capture, &event, call, meanwhile).await {
                break;
            }
            stage.settle(To::Capture, &event).await;
            for number in [1, 2] {
                stage.happens(To::Refund(number)).await;
            }
            let books = stage.books();
            assert_eq!((books.captured, books.moved), (2, 3_998), "{call}");
            assert!(books.given <= books.moved, "{call}");
            stage.balances().await;
        }
    });
}

#[test]
fn only_captured_money_is_given_back() {
    run(async {
        let stage = Stage::with("pm_sandbox_ok").await;
        assert_eq!(stage.refund(1, "nothing").await.code(), "payment_not_found");
        stage.happens(To::Authorize).await;
        assert_eq!(
            stage.refund(1, "held").await.code(),
            "refund_exceeds_captured"
        );
        stage.happens(To::Part).await;
        let answer = stage.refund(2_000, "too much").await;
        assert_eq!(answer.code(), "refund_exceeds_captured", "{}", answer.text);
        let answer = stage.refund(1_999, "part").await;
        assert_eq!(
            (answer.status, &answer.body["status"]),
            (202, &"pending".into())
        );
        let again = stage.refund(1_999, "part").await;
        assert_eq!(again.text, answer.text);
        assert_eq!(
            stage.refund(1, "more").await.code(),
            "refund_exceeds_captured"
        );
    });
}
