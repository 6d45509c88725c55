//! What goods that come back cost, and whom.

use contracts::{
    Event,
    events::{LedgerSide, LineProgress, OrderProgressed, OrderStockReserved, ReturnRefund},
};
use kernel::{Currency, Ids, OrderId, Quantity};
use proptest::prelude::*;

use super::*;
use crate::{capture::Next, ledger::Commission, lifecycle::Input, provider::Answer};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second)
}

fn eur(amount: u64) -> Money {
    Money::new(amount, Currency::EUR).unwrap()
}

fn seller(number: u64) -> SellerId {
    Ids::seeded(number).fresh(at(1))
}

fn commission() -> Commission {
    "1000".parse().unwrap()
}

/// A payment for what two sellers sell, of which so much was captured, step by step; and its journal.
fn captured(steps: &[[u32; 2]], price: u64) -> (Payment, Vec<Entry>) {
    let order = OrderStockReserved {
        total: eur(price * 20),
        ..OrderStockReserved::example()
    };
    let mut payment = Payment::asked_for(&order, at(1))
        .after(Input::Held, at(2))
        .unwrap();
    let mut journal = Vec::new();
    for shipped in steps {
        let example = OrderProgressed::example();
        let line = |i: usize| LineProgress {
            seller_id: seller(i as u64 + 1),
            quantity: Quantity::new(10).unwrap(),
            shipped: shipped[i],
            unit_price: eur(price),
            ..example.lines[0].clone()
        };
        let progress = OrderProgressed {
            lines: vec![line(0), line(1)],
            due: eur(u64::from(shipped[0] + shipped[1]) * price),
            open: eur(price),
            ..example
        };
        if let Next::Begin(part) = payment.next(&progress, at(3)).unwrap() {
            let begun = payment.with(part.clone());
            payment = begun
                .after_capture(part.number, &Answer::Done, at(4))
                .unwrap()
                .unwrap();
            let part = payment.captures.last().unwrap();
            journal.push(Entry::of_capture(&payment, part, commission()).unwrap());
        }
    }
    (payment, journal)
}

fn back(payment: &Payment, refunds: &[(u32, u64)]) -> OrderReturnReceived {
    let refunds = refunds.iter().map(|&(number, cents)| ReturnRefund {
        number,
        seller_id: seller(1),
        amount: eur(cents),
    });
    OrderReturnReceived {
        order_id: payment.order_id,
        refunds: refunds.collect(),
        ..OrderReturnReceived::example()
    }
}

fn with(payment: &Payment, due: Vec<Refund>) -> Payment {
    due.into_iter()
        .fold(payment.clone(), |next, refund| next.refunding(refund))
}

#[test]
fn a_return_is_given_back_once_however_often_it_is_told() {
    let (payment, _) = captured(&[[4, 4]], 1_250);
    let due = payment
        .refunds_due(&back(&payment, &[(1, 1_250), (2, 2_500)]), at(5))
        .unwrap();
    let numbers: Vec<_> = due
        .iter()
        .map(|refund| (refund.number, refund.status))
        .collect();
    assert_eq!(numbers, [(1, Progress::Pending), (2, Progress::Pending)]);
    let next = with(&payment, due);
    assert!(
        next.refunds_due(&back(&payment, &[(2, 2_500), (1, 1_250)]), at(6))
            .unwrap()
            .is_empty()
    );
    let third = next
        .refunds_due(&back(&payment, &[(3, 100)]), at(6))
        .unwrap();
    assert_eq!(third[0].number, 3);
    assert_eq!(next.refund_of_return(2).unwrap().amount, eur(2_500));
}

#[test]
fn a_sellers_captures_are_those_that_have_moved_money_for_its_goods() {
    let (mut payment, _) = captured(&[[1, 0], [1, 2]], 100);
    let numbers = |payment: &Payment, number: u64| {
        let own = payment.captures_for(seller(number));
        own.map(|capture| capture.number).collect::<Vec<u32>>()
    };
    assert_eq!(numbers(&payment, 1), [1]);
    assert_eq!(numbers(&payment, 2), [2]);
    assert!(numbers(&payment, 3).is_empty());
    payment.captures[1].status = Progress::Pending;
    assert!(numbers(&payment, 2).is_empty());
}

#[test]
fn what_was_never_paid_is_refused_and_what_may_be_is_waited_for() {
    let (payment, _) = captured(&[[1, 0]], 1_250);
    let wanted = back(&payment, &[(1, 2_500)]);
    assert!(
        payment.refunds_due(&wanted, at(5)).is_err(),
        "the rest is on its way"
    );
    let refused = payment.after(Input::MoveRefused, at(5)).unwrap();
    let due = refused.refunds_due(&wanted, at(6)).unwrap();
    assert_eq!(
        (due[0].status, due[0].failure_reason.as_deref()),
        (Progress::Failed, Some("not_captured"))
    );
    let next = with(&refused, due);
    assert!(
        next.refunds_due(&wanted, at(7)).unwrap().is_empty(),
        "it stays refused"
    );
    assert_eq!(next.refundable().unwrap(), eur(1_250));
}

#[test]
fn the_seller_gives_back_what_it_got_and_the_marketplace_its_commission() {
    let (payment, journal) = captured(&[[1, 0], [2, 3], [4, 4]], 1_250);
    let due = payment
        .refunds_due(&back(&payment, &[(1, 1_250)]), at(5))
        .unwrap();
    let next = with(&payment, due);
    let refund = &next.refunds[0];
    let kept = next.commission_back(refund, seller(1), &journal).unwrap();
    assert_eq!(kept, eur(125));
    let entry = Entry::of_return(&next, refund, (seller(1), kept)).unwrap();
    let on = |account| {
        let legs = entry.legs().iter().filter(|leg| leg.account == account);
        legs.map(|leg| (leg.side, leg.amount.amount()))
            .collect::<Vec<_>>()
    };
    let order: OrderId = payment.order_id;
    assert_eq!(
        on(LedgerAccount::Seller(seller(1))),
        [(LedgerSide::Debit, 1_125)]
    );
    assert_eq!(on(LedgerAccount::Commission), [(LedgerSide::Debit, 125)]);
    assert_eq!(on(LedgerAccount::Provider), [(LedgerSide::Credit, 1_250)]);
    assert_eq!(
        on(LedgerAccount::Customer(order)),
        [(LedgerSide::Credit, 1_250), (LedgerSide::Debit, 1_250)]
    );
    assert!(on(LedgerAccount::Refunds).is_empty());
}

proptest! {
    #[test]
    fn all_that_comes_back_gives_all_the_commission_back_to_the_cent(
        price in 1..999_u64,
        steps in prop::collection::vec((0..=10_u32, 0..=10_u32), 1..5),
        parts in prop::collection::vec(1..=10_u32, 1..10),
    ) {
        let mut steps: Vec<[u32; 2]> = steps.into_iter().map(|(a, b)| [a, b]).collect();
        steps.sort_unstable_by_key(|[a, b]| a + b);
        for i in 1..steps.len() {
            steps[i] = [steps[i][0].max(steps[i - 1][0]), steps[i][1].max(steps[i - 1][1])];
        }
        let (mut payment, journal) = captured(&steps, price);
        let shipped = steps.last().unwrap()[0];
        let mut left = shipped;
        let mut given = 0;
        for (number, pieces) in (1..).zip(parts.into_iter().chain([shipped])) {
            let pieces = pieces.min(left);
            if pieces == 0 { continue }
            left -= pieces;
            let wanted = back(&payment, &[(number, u64::from(pieces) * price)]);
            payment = with(&payment, payment.refunds_due(&wanted, at(5)).unwrap());
            let refund = payment.refunds.last().unwrap().clone();
            payment = payment.after_refund(refund.number, &Answer::Done, at(6));
            let back = payment.commission_back(&refund, seller(1), &journal).unwrap();
            prop_assert!(back.amount() <= refund.amount.amount());
            Entry::of_return(&payment, &refund, (seller(1), back)).unwrap();
            given += back.amount();
        }
        let sold = u64::from(shipped) * price;
        let credited: u64 = journal.iter().flat_map(|entry| entry.credits(LedgerAccount::Seller(seller(1)))).map(Money::amount).sum();
        prop_assert_eq!(left, 0);
        prop_assert_eq!(given, sold - credited);
    }
}
