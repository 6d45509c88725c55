//! What customers' banks take back, what we may say to it, and who bears it.

use std::collections::BTreeMap;

use contracts::{
    Event,
    events::{LedgerAccount, LedgerSide, OrderStockReserved},
};
use kernel::{Currency, Ids};
use proptest::prelude::*;

use super::*;
use crate::{
    capture::Capture,
    ledger::Commission,
    refund::{Reason as Why, Refund, RefundRequest},
    returns::OfReturn,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second)
}

fn eur(amount: u64) -> Money {
    Money::new(amount, Currency::EUR).unwrap()
}

fn seller(number: usize) -> SellerId {
    Ids::seeded(number as u64).fresh(at(1))
}

/// A payment of which so much was captured, for each of these sellers' goods; and its journal.
fn captured(shares: &[u64]) -> (Payment, Vec<Entry>) {
    let mut payment = Payment::asked_for(&OrderStockReserved::example(), at(1));
    payment.captures = vec![Capture {
        number: 1,
        source: Source::Card,
        amount: eur(shares.iter().sum()),
        shares: (0..)
            .zip(shares)
            .map(|(i, amount)| Share {
                seller_id: seller(i),
                amount: eur(*amount),
            })
            .collect(),
        status: Progress::Succeeded,
        failure_reason: None,
        at: at(2),
    }];
    let commission: Commission = "1000".parse().unwrap();
    let entry = Entry::of_capture(&payment, &payment.captures[0], commission).unwrap();
    (payment, vec![entry])
}

fn case(payment: &Payment, amount: u64, status: Status) -> Case {
    Case {
        reference: "du_1".to_owned(),
        charge: payment.payment_id.to_string(),
        amount: eur(amount),
        reason: Reason::ProductNotReceived,
        status,
        respond_by: at(1_000),
        answered: None,
        changed_at: at(3),
    }
}

fn id() -> DisputeId {
    dispute_id("sandbox", "du_1")
}

fn turn(payment: &Payment, known: Option<&Dispute>, case: &Case) -> Option<Turn> {
    payment.after_case((id(), known), case, at(3)).unwrap()
}

fn text(text: &str) -> Evidence {
    text.parse().unwrap()
}

#[test]
fn one_name_at_one_provider_is_one_dispute() {
    assert_eq!(id(), dispute_id("sandbox", "du_1"));
    assert_ne!(id(), dispute_id("sandbox", "du_2"));
    assert_ne!(id(), dispute_id("other", "du_1"));
}

#[test]
fn what_is_disputed_cannot_be_given_back_and_what_is_won_can() {
    let (payment, _) = captured(&[1_000]);
    let opened = turn(&payment, None, &case(&payment, 700, Status::NeedsResponse)).unwrap();
    assert!(opened.is_new && opened.outcome.is_none());
    assert_eq!(opened.payment.refundable().unwrap(), eur(300));
    assert_eq!(opened.payment.disputed().unwrap(), eur(700));
    let all = RefundRequest {
        amount: Some(eur(301)),
        reason: Why::Goodwill,
        note: None,
    };
    let refused = opened.payment.refund(&all, at(4)).unwrap_err();
    assert_eq!(refused.code(), Code::RefundExceedsCaptured);
    for (status, left) in [(Status::Won, 1_000), (Status::Lost, 300)] {
        let books = case(&payment, 700, status);
        let ended = turn(&opened.payment, Some(&opened.dispute), &books).unwrap();
        assert!(!ended.is_new && ended.outcome.is_some());
        assert_eq!(ended.payment.refundable().unwrap(), eur(left), "{status:?}");
        assert_eq!(ended.payment.disputes.len(), 1);
    }
}

#[test]
fn a_bank_may_take_back_what_was_given_back() {
    let (mut payment, _) = captured(&[1_000]);
    payment.refunds.push(refund(1, 600, None));
    let lost = turn(&payment, None, &case(&payment, 1_000, Status::Lost)).unwrap();
    assert!(lost.payment.refundable().unwrap().is_zero());
}

#[test]
fn what_is_heard_of_late_or_twice_is_the_same_in_the_end() {
    let (payment, _) = captured(&[1_000]);
    for end in [Status::Won, Status::Lost] {
        let at_once = turn(&payment, None, &case(&payment, 1_000, end)).unwrap();
        assert!(at_once.is_new && at_once.outcome.is_some());
        let mut step = turn(
            &payment,
            None,
            &case(&payment, 1_000, Status::NeedsResponse),
        )
        .unwrap();
        for books in [Status::UnderReview, end] {
            let heard = case(&payment, 1_000, books);
            step = turn(&step.payment, Some(&step.dispute), &heard).unwrap();
        }
        assert_eq!(step.payment.disputes, at_once.payment.disputes);
        for stale in Status::ALL {
            let heard = case(&payment, 1_000, stale);
            let again = turn(&step.payment, Some(&step.dispute), &heard);
            assert_eq!(again, None, "{end:?} {stale:?}");
        }
    }
}

#[test]
fn what_cannot_be_is_not_believed() {
    let (payment, _) = captured(&[1_000]);
    let good = case(&payment, 1_000, Status::NeedsResponse);
    assert!(payment.believes(None, &good).unwrap());
    let known = turn(&payment, None, &case(&payment, 900, Status::Lost));
    let known = known.unwrap().dispute;
    assert!(!payment.believes(Some(&known), &good).unwrap());
    let dollars = Money::new(1, "USD".parse().unwrap()).unwrap();
    for (wrong, what) in [
        (
            case(&payment, 1_001, Status::Lost),
            "more than was captured",
        ),
        (case(&payment, 0, Status::Lost), "nothing"),
        (
            Case {
                amount: dollars,
                ..good.clone()
            },
            "another currency",
        ),
        (
            Case {
                charge: "pay_1".to_owned(),
                ..good.clone()
            },
            "another charge",
        ),
    ] {
        assert!(!payment.believes(None, &wrong).unwrap(), "{what}");
    }
    let mut early = payment.clone();
    early.captures[0].status = Progress::Pending;
    assert!(early.believes(None, &good).unwrap_err().is_ours());
}

#[test]
fn a_payment_is_held_against_the_books_when_a_bank_moves_its_money() {
    let (payment, _) = captured(&[1_000]);
    let quiet = |payment: Payment| Payment {
        unchecked_since: None,
        ..payment
    };
    let payment = quiet(payment);
    let opened = turn(
        &payment,
        None,
        &case(&payment, 1_000, Status::NeedsResponse),
    )
    .unwrap();
    assert_eq!(opened.payment.unchecked_since, Some(at(3)));
    let payment = quiet(opened.payment);
    let known = Some(&opened.dispute);
    let review = turn(&payment, known, &case(&payment, 1_000, Status::UnderReview)).unwrap();
    assert_eq!(review.payment.unchecked_since, None, "nothing moves by it");
    for decided in [Status::Won, Status::Lost] {
        let over = turn(&payment, known, &case(&payment, 1_000, decided)).unwrap();
        assert_eq!(over.payment.unchecked_since, Some(at(3)), "{decided:?}");
    }
}

#[test]
fn an_answer_is_given_once_and_in_time() {
    let (payment, _) = captured(&[1_000]);
    let open = case(&payment, 1_000, Status::NeedsResponse);
    let dispute = turn(&payment, None, &open).unwrap().dispute;
    let code = |dispute: &Dispute, now| {
        let refused = dispute.responding(Some(&text("It was sent.")), now);
        refused.map_err(|problem| problem.code())
    };
    assert_eq!(code(&dispute, at(1_001)), Err(Code::DisputeDeadlineOver));
    assert_eq!(dispute.told_answered(), None);
    let answered = code(&dispute, at(1_000)).unwrap();
    let told = answered.told_answered().unwrap();
    assert_eq!((told.dispute_id, told.answer), (answered.dispute_id, 1));
    assert_eq!(code(&answered, at(999)), Err(Code::DisputeStepRefused));
    let plea = answered.open_response(1).unwrap();
    assert_eq!(plea.evidence.as_deref(), Some("It was sent."));
    assert_eq!(answered.open_response(2), None);

    let taken = answered.after_response(1, &Answer::Done, at(999));
    assert_eq!(taken.open_response(1), None);
    assert_eq!(code(&taken, at(999)), Err(Code::DisputeStepRefused));
    let no = Answer::Declined("too_long".to_owned());
    let refused = answered.after_response(1, &no, at(999));
    let again = refused.responding(None, at(999)).unwrap();
    let plea = again.open_response(2).unwrap();
    assert_eq!(plea.evidence, None);
    assert_ne!(plea.key, answered.open_response(1).unwrap().key);
    for over in [Status::UnderReview, Status::Won, Status::Lost] {
        let ended = turn(&payment, None, &case(&payment, 1_000, over)).unwrap();
        assert_eq!(code(&ended.dispute, at(9)), Err(Code::DisputeStepRefused));
    }
}

#[test]
fn what_was_said_is_shown_to_who_looks_and_is_in_no_log() {
    let (payment, _) = captured(&[1_000]);
    let open = case(&payment, 1_000, Status::NeedsResponse);
    let dispute = turn(&payment, None, &open).unwrap().dispute;
    let said = dispute.responding(Some(&text("To Jane Doe.")), at(9));
    let said = said.unwrap();
    assert_eq!(said.view(true).evidence.as_deref(), Some("To Jane Doe."));
    assert_eq!(said.view(false).evidence, None);
    assert!(!format!("{said:?}").contains("Jane"));
}

fn refund(number: u32, amount: u64, of: Option<usize>) -> Refund {
    Refund {
        number,
        amount: eur(amount),
        store_credit: None,
        reason: Why::Returned,
        note: None,
        returned: of.map(|of| OfReturn {
            number,
            seller_id: seller(of),
        }),
        status: Progress::Succeeded,
        failure_reason: None,
        requested_at: at(3),
        at: at(3),
    }
}

/// What the entries come to: debit less credit.
fn balances(entries: &[Entry]) -> BTreeMap<LedgerAccount, i64> {
    let mut balances = BTreeMap::new();
    for leg in entries.iter().flat_map(Entry::legs) {
        let amount = i64::try_from(leg.amount.amount()).unwrap();
        let balance = balances.entry(leg.account).or_insert(0);
        *balance += match leg.side {
            LedgerSide::Debit => amount,
            LedgerSide::Credit => -amount,
        };
    }
    balances
}

/// The journal with a dispute that is opened and ends so.
fn booked(payment: &Payment, journal: &[Entry], case: &Case) -> Vec<Entry> {
    let ended = turn(payment, None, case).unwrap();
    let mut entries = journal.to_vec();
    entries.push(Entry::of_opened(&ended.payment, &ended.dispute).unwrap());
    let borne = ended.payment.disputes[0].borne.iter();
    let borne = borne.map(|share| {
        let back = payment.commission_of_lost(share, journal).unwrap();
        (*share, back)
    });
    let borne: Vec<_> = borne.collect();
    entries.push(match case.status {
        Status::Won => Entry::of_won(&ended.payment, &ended.dispute).unwrap(),
        _ => Entry::of_lost(&ended.payment, &ended.dispute, &borne).unwrap(),
    });
    entries
}

#[test]
fn what_sellers_have_done_they_bear_and_the_rest_is_the_marketplaces() {
    let (payment, journal) = captured(&[750, 250]);
    let lost = case(&payment, 1_000, Status::Lost);
    let stands = balances(&booked(&payment, &journal, &lost));
    assert!(stands.values().all(|stands| *stands == 0), "{stands:?}");
    let fraud = Case {
        reason: Reason::Fraudulent,
        ..lost
    };
    let stands = balances(&booked(&payment, &journal, &fraud));
    assert_eq!(stands[&LedgerAccount::Chargebacks], 1_000);
    assert_eq!(stands[&LedgerAccount::Seller(seller(0))], -675);
    assert_eq!(stands[&LedgerAccount::Provider], 0);
    let won = case(&payment, 1_000, Status::Won);
    let stands = balances(&booked(&payment, &journal, &won));
    assert_eq!(stands[&LedgerAccount::Provider], 1_000);
    assert_eq!(stands[&LedgerAccount::Disputes], 0);
}

#[test]
fn what_a_seller_has_borne_is_what_has_gone_back_for_its_goods() {
    let (payment, journal) = captured(&[750, 250]);
    let share = |number: usize, amount| Share {
        seller_id: seller(number),
        amount: eur(amount),
    };
    let mut lost = payment.clone();
    lost.disputes.push(Disputed {
        dispute_id: id(),
        amount: eur(400),
        status: Status::Lost,
        borne: vec![share(0, 300), share(1, 100)],
    });
    lost.refunds.push(refund(1, 5, Some(0)));
    let gone = |number: usize, counts: bool| lost.gone_back(seller(number), |_| counts);
    assert_eq!(gone(0, true).unwrap(), eur(305));
    assert_eq!(gone(0, false).unwrap(), eur(300));
    assert_eq!(gone(1, true).unwrap(), eur(100));

    // A cent of commission for ten: whoever comes second bears what the first has left of it.
    let commission = |status: Option<Progress>| {
        let mut payment = payment.clone();
        payment.refunds.extend(status.map(|status| Refund {
            status,
            ..refund(1, 5, Some(0))
        }));
        let commission = payment.commission_of_lost(&share(0, 5), &journal);
        commission.unwrap().amount()
    };
    let (first, second) = (commission(None), commission(Some(Progress::Succeeded)));
    assert_eq!(first + second, 1);
    assert_eq!(commission(Some(Progress::Pending)), first);
}

#[test]
fn a_seller_bears_no_more_than_what_is_left_of_its_sales() {
    let (mut payment, journal) = captured(&[750, 250]);
    // All of the second seller's goods came back.
    payment.refunds.push(refund(1, 250, Some(1)));
    let lost = turn(&payment, None, &case(&payment, 800, Status::Lost)).unwrap();
    let borne = &lost.payment.disputes[0].borne;
    let expected = Share {
        seller_id: seller(0),
        amount: eur(750),
    };
    assert_eq!(*borne, [expected]);
    let stands = balances(&booked(
        &payment,
        &journal,
        &case(&payment, 800, Status::Lost),
    ));
    assert_eq!(stands[&LedgerAccount::Chargebacks], 50);
    assert_eq!(stands[&LedgerAccount::Seller(seller(0))], 0);
}

proptest! {
    #[test]
    fn whatever_ends_nothing_is_left_undecided_and_nobody_bears_more_than_was_disputed(
        shares in prop::collection::vec(1..50_000_u64, 1..6), part in 1..=100_u64, back in 0..=100_u64,
        is_lost in any::<bool>(),
    ) {
        let (mut payment, journal) = captured(&shares);
        let whole: u64 = shares.iter().sum();
        let disputed = (whole * part / 100).max(1);
        payment.refunds.push(refund(1, shares[0] * back / 100, Some(0)));
        let status = if is_lost { Status::Lost } else { Status::Won };
        let case = case(&payment, disputed, status);
        let ended = turn(&payment, None, &case).unwrap();
        let borne: u64 = ended.payment.disputes[0].borne.iter().map(|it| it.amount.amount()).sum();
        prop_assert!(borne <= disputed);
        let entries = booked(&payment, &journal, &case);
        let stands = balances(&entries);
        prop_assert_eq!(stands.values().sum::<i64>(), 0);
        prop_assert_eq!(stands[&LedgerAccount::Disputes], 0);
        prop_assert_eq!(stands[&LedgerAccount::Customer(payment.order_id)], 0);
        let chargebacks = stands.get(&LedgerAccount::Chargebacks).copied().unwrap_or(0);
        let expected = if is_lost { disputed - borne } else { 0 };
        prop_assert_eq!(chargebacks, i64::try_from(expected).unwrap());
    }
}
