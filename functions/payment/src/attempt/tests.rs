//! What becomes of a payment whose methods are declined, one after another.

use contracts::{Event, events::OrderStockReserved};
use kernel::{Buyer, Money};

use super::*;
use crate::{
    capture::{Capture, Progress},
    credit::Source,
    lifecycle::Status,
    payment::ACTION_EXPIRED,
    provider::Hold,
};

/// A minute, and two methods.
const TERMS: Terms = Terms {
    time: Duration::from_mins(1),
    attempts: 2,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second)
}

fn payment() -> Payment {
    Payment::asked_for(&OrderStockReserved::example(), at(1))
}

fn declined(reason: &str) -> Hold {
    Hold::Declined(reason.to_owned())
}

fn redirect() -> Hold {
    Hold::ActionRequired("https://bank.example".to_owned())
}

fn method(token: &str) -> PaymentMethod {
    token.parse().unwrap()
}

/// Its first method was declined at second 2, and another is asked for until second 62.
fn asking() -> Payment {
    let said = declined("card_declined");
    payment().after_hold(&said, TERMS, at(2)).unwrap()
}

fn attempting() -> Payment {
    asking().attempting(&method("pm_other"), at(9)).unwrap()
}

fn refused(payment: &Payment, now: Timestamp) -> Code {
    payment
        .attempting(&method("pm_other"), now)
        .unwrap_err()
        .code()
}

#[test]
fn whose_method_is_declined_may_name_another_in_time() {
    let asking = asking();
    assert_eq!(asking.status, Status::ActionRequired);
    let action = asking.next_action.clone().unwrap();
    assert_eq!(action.kind, ActionKind::AnotherMethod);
    assert_eq!((action.url, action.until), (None, at(62)));
    assert_eq!(asking.decline_reason, None, "it is not declined yet");
    let reason = asking.attempts[0].decline_reason.as_deref();
    assert_eq!(reason, Some("card_declined"));
    assert_eq!(refused(&asking, at(62)), Code::PaymentAttemptRefused);

    let attempting = asking.attempting(&method("pm_other"), at(61)).unwrap();
    assert_eq!(attempting.status, Status::Pending);
    assert_eq!(attempting.next_action, None);
    assert_eq!(attempting.method.as_deref(), Some("pm_other"));
    assert_eq!((attempting.attempt(), attempting.attempts.len()), (2, 2));
    assert_eq!(attempting.open_since, Some(at(61)));
    assert_eq!(attempting.told_attempted().attempt, 2);
}

#[test]
fn no_other_method_is_taken_where_none_is_asked_for() {
    let waiting = payment().after_hold(&redirect(), TERMS, at(2)).unwrap();
    let held = payment().after_hold(&Hold::Held, TERMS, at(2)).unwrap();
    let over = asking().expired(at(62)).unwrap();
    for other in [payment(), waiting, held, over, attempting()] {
        let code = refused(&other, at(3));
        assert_eq!(code, Code::PaymentAttemptRefused, "{:?}", other.status);
    }
}

#[test]
fn the_last_attempt_and_a_guests_only_one_are_declined_for_good() {
    let said = declined("insufficient_funds");
    let last = attempting().after_hold(&said, TERMS, at(10)).unwrap();
    let of_guest = Payment {
        buyer: Buyer::Guest,
        ..payment()
    };
    let of_guest = of_guest.after_hold(&said, TERMS, at(10)).unwrap();
    let one = Terms {
        attempts: 1,
        ..TERMS
    };
    let only = payment().after_hold(&said, one, at(10)).unwrap();
    for over in [&last, &of_guest, &only] {
        assert_eq!(over.status, Status::Declined);
        assert_eq!(over.decline_reason.as_deref(), Some("insufficient_funds"));
        assert_eq!((over.next_action.as_ref(), over.open_since), (None, None));
    }
    let reasons = last.attempts.iter().map(|it| it.decline_reason.as_deref());
    let reasons: Vec<_> = reasons.collect();
    assert_eq!(reasons, [Some("card_declined"), Some("insufficient_funds")]);
}

#[test]
fn the_time_is_given_once() {
    let waiting = attempting().after_hold(&redirect(), TERMS, at(20)).unwrap();
    assert_eq!(waiting.next_action.as_ref().unwrap().until, at(62));
    let three = Terms {
        attempts: 3,
        ..TERMS
    };
    let failed = declined("authentication_failed");
    let again = waiting.after_hold(&failed, three, at(30)).unwrap();
    assert!(again.asks_for_method());
    assert_eq!(again.next_action.as_ref().unwrap().until, at(62));
    assert_eq!(again.open_since, Some(at(30)));
    // What is declined when the time is over is declined.
    let late = waiting.after_hold(&failed, three, at(62)).unwrap();
    assert_eq!(late.status, Status::Declined);
    let late = attempting().after_hold(&failed, three, at(62)).unwrap();
    assert_eq!(late.status, Status::Declined);
}

#[test]
fn when_the_time_is_over_the_reason_is_that_of_what_came_last() {
    assert_eq!(asking().expired(at(61)), None);
    let over = asking().expired(at(62)).unwrap();
    assert_eq!(over.status, Status::Declined);
    assert_eq!(over.decline_reason.as_deref(), Some("card_declined"));
    let waiting = attempting().after_hold(&redirect(), TERMS, at(20)).unwrap();
    let over = waiting.expired(at(62)).unwrap();
    assert_eq!(over.decline_reason.as_deref(), Some(ACTION_EXPIRED));
    assert_eq!(attempting().expired(at(99)), None, "the provider is asked");
}

#[test]
fn a_decline_that_is_told_again_is_no_news() {
    let said = declined("card_declined");
    assert_eq!(asking().after_hold(&said, TERMS, at(3)), None);
    assert_eq!(asking().after_hold(&said, TERMS, at(99)), None);
    // What the provider holds for it after all pays the order.
    let held = asking().after_hold(&Hold::Held, TERMS, at(3)).unwrap();
    assert_eq!(held.status, Status::Authorized);
}

#[test]
fn each_attempt_is_a_charge_of_its_own_that_leads_to_the_payment() {
    let (first, second) = (payment().charge(), attempting().charge());
    let id = payment().payment_id;
    assert_eq!(first.key, id.to_string());
    assert_eq!(second.key, format!("{id}#attempt#2"));
    assert_eq!(second.method, "pm_other");
    let earlier: Vec<Charge> = attempting().earlier_charges().collect();
    assert_eq!(earlier, std::slice::from_ref(&first));
    assert_eq!(payment().earlier_charges().count(), 0);
    for key in [&first.key, &second.key] {
        assert_eq!(payment_of(key), Some(id));
    }
    let keys: Vec<String> = keys_of(id).take(2).collect();
    assert_eq!(keys, [first.key, second.key]);
    for foreign in ["", "no-id", "#attempt#2", "no-id#attempt#2"] {
        assert_eq!(payment_of(foreign), None, "{foreign}");
    }
}

#[test]
fn what_is_moved_is_moved_under_the_key_of_the_charge_that_holds_it() {
    let part = |payment: &Payment| {
        payment.transfer(&Capture {
            number: 1,
            source: Source::Card,
            amount: Money::new(1, payment.amount.currency()).unwrap(),
            shares: Vec::new(),
            status: Progress::Pending,
            failure_reason: None,
            at: at(3),
        })
    };
    let id = payment().payment_id;
    assert_eq!(part(&payment()).key, format!("{id}#capture#1"));
    let key = format!("{id}#attempt#2#capture#1");
    assert_eq!(part(&attempting()).key, key);
}

#[test]
fn the_only_method_of_a_payment_is_its_first_attempt() {
    let tried = payment().tried();
    assert_eq!((tried.len(), tried[0].number), (1, 1));
    assert_eq!((tried[0].at, &tried[0].decline_reason), (at(1), &None));
    let shown = payment().view(at(1), false).unwrap();
    assert_eq!(shown.attempts, tried);
    let one = Terms {
        attempts: 1,
        ..TERMS
    };
    let said = declined("card_declined");
    let declined = payment().after_hold(&said, one, at(2)).unwrap();
    let reason = declined.tried()[0].decline_reason.clone();
    assert_eq!(reason, declined.decline_reason);
}

#[test]
fn an_action_of_before_there_were_attempts_is_a_page_with_its_own_time() {
    let waiting = payment().after_hold(&redirect(), TERMS, at(2)).unwrap();
    let mut old = serde_json::to_value(&waiting).unwrap();
    old.as_object_mut().unwrap().remove("act_until");
    old["next_action"].as_object_mut().unwrap().remove("kind");
    let old: Payment = serde_json::from_value(old).unwrap();
    assert_eq!(old.next_action, waiting.next_action);
    let said = declined("authentication_failed");
    let asked = old.after_hold(&said, TERMS, at(30)).unwrap();
    assert_eq!(asked.next_action.unwrap().until, at(62));
}
