use contracts::{
    Event,
    events::{OrderProgressed, OrderStockReserved},
};
use kernel::Currency;
use proptest::prelude::*;

use super::*;
use crate::{Input, Next};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second)
}

fn eur(amount: u64) -> Money {
    Money::new(amount, Currency::EUR).unwrap()
}

/// A payment of which 20.00 are captured, and 10.00 are held.
fn captured() -> Payment {
    let order = OrderStockReserved {
        total: eur(3_000),
        ..OrderStockReserved::example()
    };
    let held = Payment::asked_for(&order, at(1))
        .after(Input::Held, at(2))
        .unwrap();
    let shipped = OrderProgressed {
        due: eur(2_000),
        ..OrderProgressed::example()
    };
    let Next::Begin(part) = held.next(&shipped, at(3)).unwrap() else {
        panic!("a part is due");
    };
    let begun = held.with(part);
    assert!(begun.refundable().unwrap().is_zero(), "nobody has it yet");
    begun
        .after_capture(1, &Answer::Done, at(4))
        .unwrap()
        .unwrap()
}

fn ask(amount: Option<u64>) -> RefundRequest {
    RefundRequest {
        amount: amount.map(eur),
        reason: Reason::Goodwill,
        note: Some("They were kind.".parse().unwrap()),
    }
}

fn refused(payment: &Payment, asked: &RefundRequest) -> Code {
    payment.refund(asked, at(5)).unwrap_err().code()
}

#[test]
fn without_an_amount_all_of_it_is_given_back() {
    let refund = captured().refund(&ask(None), at(5)).unwrap();
    assert_eq!((refund.number, refund.amount), (1, eur(2_000)));
}

#[test]
fn what_is_about_to_be_given_back_is_not_given_again() {
    let first = captured();
    let refund = first.refund(&ask(Some(1_500)), at(5)).unwrap();
    let payment = first.refunding(refund);
    assert_eq!(
        refused(&payment, &ask(Some(501))),
        Code::RefundExceedsCaptured
    );
    let rest = payment.refund(&ask(None), at(6)).unwrap();
    assert_eq!((rest.number, rest.amount), (2, eur(500)));
    let payment = payment.refunding(rest);
    assert_eq!(refused(&payment, &ask(None)), Code::RefundExceedsCaptured);
}

#[test]
fn what_the_provider_refuses_to_give_can_be_asked_for_again_under_another_key() {
    let payment = captured();
    let first = payment.refund(&ask(None), at(5)).unwrap();
    let failed = payment.refunding(first.clone());
    let failed = failed.after_refund(1, &Answer::Declined("closed".to_owned()), at(6));
    assert_eq!(failed.refunds[0].failure_reason.as_deref(), Some("closed"));
    assert!(failed.refunded().unwrap().is_zero());
    let second = failed.refund(&ask(None), at(7)).unwrap();
    assert_ne!(failed.repayment(&first).key, failed.repayment(&second).key);
}

#[test]
fn an_answer_counts_once() {
    let payment = captured();
    let refund = payment.refund(&ask(None), at(5)).unwrap();
    let begun = payment.refunding(refund.clone());
    assert_eq!(begun.open_refund(1), Some(&refund));
    assert_eq!(begun.open_refund(2), None);
    let done = begun.after_refund(1, &Answer::Done, at(6));
    assert_eq!(done.refunded().unwrap(), eur(2_000));
    let late = done.after_refund(1, &Answer::Declined("late".to_owned()), at(7));
    assert_eq!(late, done);
    assert_eq!(done.open_refund(1), None);
}

#[test]
fn an_amount_is_some_and_in_the_payments_currency() {
    let dollars = RefundRequest {
        amount: Some(Money::new(1, "USD".parse().unwrap()).unwrap()),
        ..ask(None)
    };
    assert_eq!(refused(&captured(), &dollars), Code::ValidationFailed);
    assert_eq!(refused(&captured(), &ask(Some(0))), Code::ValidationFailed);
}

#[test]
fn there_is_an_end_to_refunds() {
    let mut payment = captured();
    for _ in 0..MOST_REFUNDS {
        let refund = payment.refund(&ask(Some(1)), at(5)).unwrap();
        payment = payment.refunding(refund);
    }
    assert_eq!(refused(&payment, &ask(Some(1))), Code::TooManyRefunds);
}

#[test]
fn a_note_is_for_admins() {
    let refund = captured().refund(&ask(None), at(5)).unwrap();
    assert_eq!(refund.view(false).note, None);
    assert_eq!(refund.view(true).note, refund.note);
}

proptest! {
    #[test]
    fn never_more_is_given_back_than_was_captured(
        asks in proptest::collection::vec((1..1_200_u64, 0..3_u8), 1..30),
    ) {
        let mut payment = captured();
        for (amount, answer) in asks {
            if let Ok(refund) = payment.refund(&ask(Some(amount)), at(5)) {
                let number = refund.number;
                payment = payment.refunding(refund);
                payment = match answer {
                    0 => payment.after_refund(number, &Answer::Done, at(6)),
                    1 => payment.after_refund(number, &Answer::Declined("no".to_owned()), at(6)),
                    _ => payment,
                };
            }
            let given: u64 = payment.refunds.iter()
                .filter(|refund| refund.status != Progress::Failed)
                .map(|refund| refund.amount.amount())
                .sum();
            prop_assert!(given <= 2_000);
            prop_assert_eq!(payment.refundable().unwrap().amount(), 2_000 - given);
        }
    }
}
