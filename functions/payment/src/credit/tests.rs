//! What is paid with store credit and what with a card: together what the order costs, whatever becomes of it.

use contracts::{
    Event,
    events::{LedgerAccount, LedgerSide, LineProgress, OrderProgressed, OrderStockReserved},
};
use kernel::{Ids, Quantity};
use proptest::prelude::*;

use super::*;
use crate::{
    capture::Next,
    ledger::{Commission, Entry},
    lifecycle::Status,
    provider::Answer,
    refund::{Reason as Why, RefundRequest},
};

/// An order of eight pieces at 12.50.
const TOTAL: u64 = 10_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second)
}

fn eur(amount: u64) -> Money {
    Money::new(amount, Currency::EUR).unwrap()
}

fn customer() -> CustomerId {
    Ids::seeded(5).fresh(at(1))
}

fn account(credited: u64, debited: u64) -> Account {
    Account {
        debited,
        credited,
        ..Account::new(LedgerAccount::StoreCredit(customer()), Currency::EUR)
    }
}

fn asked() -> Payment {
    let order = OrderStockReserved {
        total: eur(TOTAL),
        ..OrderStockReserved::example()
    };
    Payment::asked_for(&order, at(1))
}

fn held(credit: u64) -> Payment {
    let asked = asked();
    let asked = if credit == 0 {
        asked
    } else {
        asked.holding(customer(), eur(credit))
    };
    asked.after(Input::Held, at(2)).unwrap()
}

/// So many of the pieces are shipped, and so many called off.
fn order(shipped: u32, cancelled: u32) -> OrderProgressed {
    let line = LineProgress {
        quantity: Quantity::new(8).unwrap(),
        shipped,
        cancelled,
        unit_price: eur(1_250),
        ..OrderProgressed::example().lines[0].clone()
    };
    OrderProgressed {
        lines: vec![line],
        due: eur(u64::from(shipped) * 1_250),
        open: eur(u64::from(8 - shipped - cancelled) * 1_250),
        captured: None,
        ..OrderProgressed::example()
    }
}

/// Does all that is to be done for an order that has come so far, and books it.
fn moved(mut payment: Payment, order: &OrderProgressed, journal: &mut Vec<Entry>) -> Payment {
    let commission: Commission = "1000".parse().unwrap();
    loop {
        payment = match payment.next(order, at(3)).unwrap() {
            Next::Begin(part) | Next::Resume(part) => {
                let begun = payment.with(part.clone());
                let entry = Entry::of_capture(&begun, &part, commission).unwrap();
                journal.push(entry);
                let done = begun.after_capture(part.number, &Answer::Done, at(4));
                done.unwrap().unwrap()
            }
            Next::Complete => payment.after(Input::OrderComplete, at(5)).unwrap(),
            Next::LetGo => Payment {
                let_go: Some(payment.asks_provider()),
                ..payment
            },
            Next::Nothing => return payment,
        };
        payment = released(payment, journal);
    }
}

fn released(payment: Payment, journal: &mut Vec<Entry>) -> Payment {
    let Some(left) = payment.to_release().unwrap() else {
        return payment;
    };
    let held = payment.store_credit.unwrap();
    journal.push(Entry::of_released(&payment, &held, left).unwrap());
    payment.released(left)
}

fn back(payment: &Payment, amount: Option<u64>) -> Result<Refund, Problem> {
    let asked = RefundRequest {
        amount: amount.map(eur),
        reason: Why::Goodwill,
        note: None,
    };
    payment.refund(&asked, at(6))
}

/// What an account stands at, credit less debit.
fn stands(journal: &[Entry], account: LedgerAccount) -> i64 {
    let legs = journal.iter().flat_map(Entry::legs);
    let own = legs.filter(|leg| leg.account == account);
    let signed = own.map(|leg| {
        let amount = i64::try_from(leg.amount.amount()).unwrap();
        match leg.side {
            LedgerSide::Credit => amount,
            LedgerSide::Debit => -amount,
        }
    });
    signed.sum()
}

#[test]
fn an_account_covers_what_is_on_it_and_no_more() {
    assert!(account(500, 100).covers(eur(400)));
    assert!(!account(500, 100).covers(eur(401)));
    assert!(!account(100, 100).covers(eur(1)));
    let dollars = Money::new(1, "USD".parse().unwrap()).unwrap();
    assert!(!account(500, 0).covers(dollars));
}

#[test]
fn a_payment_takes_some_store_credit_in_its_own_currency_and_no_more_than_it_costs() {
    let dollars = Money::new(1, "USD".parse().unwrap()).unwrap();
    for (credit, is_taken) in [
        (eur(1), true),
        (eur(TOTAL), true),
        (eur(0), false),
        (eur(TOTAL + 1), false),
        (dollars, false),
    ] {
        assert_eq!(asked().takes_credit(credit), is_taken, "{credit:?}");
    }
}

#[test]
fn the_provider_is_asked_for_the_rest_alone() {
    assert_eq!(held(0).charge().amount, eur(TOTAL));
    assert_eq!(held(3_000).charge().amount, eur(7_000));
    assert!(held(3_000).asks_provider() && !held(TOTAL).asks_provider());
    assert!(Source::Card.is_card() && !Source::StoreCredit.is_card());
}

#[test]
fn who_has_too_little_is_declined_and_no_method_was_tried() {
    let short = asked().short_of_credit(at(2));
    assert_eq!(short.status, Status::Declined);
    assert_eq!(short.decline_reason.as_deref(), Some(STORE_CREDIT_SHORT));
    assert!(short.tried().is_empty());
    assert_eq!(short.contradiction(), None);
    assert_eq!(short.to_release().unwrap(), None);
}

#[test]
fn store_credit_is_taken_first_and_given_back_last() {
    let mut journal = Vec::new();
    let payment = moved(held(3_000), &order(4, 0), &mut journal);
    let sources: Vec<_> = payment.captures.iter().map(|part| part.source).collect();
    assert_eq!(sources, [Source::StoreCredit, Source::Card]);
    assert_eq!(payment.captured().unwrap(), eur(5_000));
    assert_eq!(payment.captured_from(Source::Card).unwrap(), eur(2_000));

    let first = back(&payment, Some(1_500)).unwrap();
    assert_eq!(first.store_credit, None);
    let payment = payment.refunding(first);
    let second = back(&payment, Some(1_500)).unwrap();
    assert_eq!(second.store_credit, Some(eur(1_000)));
    assert_eq!(payment.repayment(&second).amount, eur(500));
    let payment = payment.refunding(second);
    let third = back(&payment, None).unwrap();
    assert_eq!(
        (third.amount, third.store_credit),
        (eur(2_000), Some(eur(2_000)))
    );
    assert!(back(&payment.refunding(third), None).is_err());
}

#[test]
fn what_nothing_is_shipped_for_goes_back_once() {
    let mut journal = Vec::new();
    let payment = moved(held(6_000), &order(2, 6), &mut journal);
    assert_eq!(payment.status, Status::Captured);
    assert_eq!(payment.store_credit.unwrap().released, Some(eur(3_500)));
    assert_eq!(payment.to_release().unwrap(), None);
    assert_eq!(payment.contradiction(), None);
    let voided = held(6_000).after(Input::OrderCancelled, at(3)).unwrap();
    assert_eq!(voided.to_release().unwrap(), Some(eur(6_000)));
    assert!(voided.contradiction().is_some());
    assert_eq!(held(6_000).to_release().unwrap(), None);
}

#[test]
fn the_entries_that_may_move_it_are_known_by_the_payments_parts_and_one_more_of_each() {
    let payment = held(3_000);
    let id = payment.payment_id;
    let own = [
        format!("{id}#store-credit#held"),
        format!("{id}#store-credit#released"),
    ];
    let first = [payment.capture_key(1), payment.refund_key(1)];
    assert_eq!(payment.credit_entries(), [own.clone(), first].concat());
    let moved = moved(payment, &order(1, 0), &mut Vec::new());
    let captures = [moved.capture_key(1), moved.capture_key(2)];
    let all = [&own[..], &captures, &[moved.refund_key(1)]].concat();
    assert_eq!(moved.credit_entries(), all);
}

#[test]
fn its_customer_sees_what_was_taken_given_back_and_let_go() {
    let payment = moved(held(6_000), &order(2, 6), &mut Vec::new());
    let view = |payment: &Payment| {
        let credit = payment.store_credit.unwrap();
        let view = credit.view(payment).unwrap();
        (view.captured, view.refunded, view.released)
    };
    assert_eq!(view(&payment), (eur(2_500), eur(0), eur(3_500)));
    let asked = payment.refunding(back(&payment, Some(1_000)).unwrap());
    assert_eq!(view(&asked).1, eur(0), "it is about to be given back");
    let given = asked.after_refund(1, &Answer::Done, at(9));
    assert_eq!(view(&given), (eur(2_500), eur(1_000), eur(3_500)));
}

#[test]
fn what_a_payment_has_of_it_is_what_is_booked() {
    let payment = held(3_000);
    let credit = payment.store_credit.unwrap();
    let mut journal = vec![Entry::of_held(&payment, &credit).unwrap()];
    let payment = moved(payment, &order(1, 0), &mut journal);
    assert!(payment.is_booked(&credit, &journal).unwrap());
    assert!(!payment.is_booked(&credit, &journal[..1]).unwrap());
    assert!(!payment.is_booked(&credit, &journal[1..]).unwrap());
    let more = StoreCredit {
        amount: eur(3_001),
        ..credit
    };
    let others = StoreCredit {
        customer_id: Ids::seeded(6).fresh(at(1)),
        ..credit
    };
    let gone = StoreCredit {
        released: Some(eur(1)),
        ..credit
    };
    for wrong in [more, others, gone] {
        assert!(!payment.is_booked(&wrong, &journal).unwrap(), "{wrong:?}");
    }
}

#[test]
fn a_bank_takes_back_no_more_than_the_card_has_paid() {
    let payment = moved(held(3_000), &order(4, 0), &mut Vec::new());
    let left = payment.refundable_to(Source::Card).unwrap();
    assert_eq!(left, eur(2_000));
    let sums = payment.sums().unwrap();
    assert_eq!(
        (sums.held, sums.captured, sums.released),
        (eur(7_000), eur(2_000), eur(0))
    );
}

#[test]
fn a_gift_is_some_and_in_the_currency_of_the_stack() {
    let ask = |amount| GiftRequest {
        amount,
        reason: Reason::Goodwill,
        note: None,
    };
    let give = |amount, account: &Account| {
        let id = Ids::seeded(6).fresh(at(1));
        Gift::of(&ask(amount), (customer(), account), (id, at(1)))
    };
    let gift = give(eur(500), &account(0, 0)).unwrap();
    assert_eq!(gift.told().reason, "goodwill");
    let entry = Entry::of_gift(&gift).unwrap();
    assert_eq!(entry.posted(), None);
    let dollars = Money::new(1, "USD".parse().unwrap()).unwrap();
    assert!(give(eur(0), &account(0, 0)).is_err());
    assert!(give(dollars, &account(0, 0)).is_err());
    assert!(give(eur(1), &account(Money::MAX - 1, 0)).is_ok());
    assert!(give(eur(1), &account(Money::MAX, 0)).is_err());
}

#[test]
fn a_reason_is_called_what_it_is_in_the_api() {
    for reason in Reason::ALL {
        assert_eq!(serde_json::json!(reason), reason.name());
    }
}

#[test]
fn only_admins_see_what_was_thought() {
    let gift = Gift {
        id: Ids::seeded(6).fresh(at(1)),
        customer_id: customer(),
        amount: eur(500),
        reason: Reason::Goodwill,
        note: Some("They were kind.".parse().unwrap()),
        given_at: at(1),
    };
    let entry = Entry::of_gift(&gift).unwrap();
    let lines: Vec<Line> = entry
        .legs()
        .iter()
        .map(|leg| entry.line(leg, at(1)))
        .collect();
    assert!(lines.iter().all(|line| line.note == gift.note));
    let whose = (customer(), Currency::EUR);
    let shown = StoreCreditView::of(whose, None, Page::new(lines, None)).unwrap();
    let shown = shown.to_customer();
    assert!(shown.entries.data.iter().all(|line| line.note.is_none()));
    assert!(shown.balance.is_zero());
}

proptest! {
    /// Whatever is shipped, called off and given back: both sources come to what is due, neither is ever short, and the
    /// books say the same.
    #[test]
    fn both_sources_come_to_the_whole(
        credit in 0..=TOTAL,
        steps in prop::collection::vec((0_u32..4, 0_u32..3), 1..8),
        refunds in prop::collection::vec((1_u64..4_000, any::<bool>()), 0..8),
    ) {
        let (mut payment, mut journal) = (held(credit), Vec::new());
        let owner = LedgerAccount::StoreCredit(customer());
        let its_own = LedgerAccount::Customer(payment.order_id);
        if let Some(credit) = payment.store_credit {
            journal.push(Entry::of_held(&payment, &credit).unwrap());
        }
        let (mut shipped, mut cancelled) = (0, 0);
        for (more, fewer) in steps {
            shipped += more.min(8 - shipped - cancelled);
            cancelled += fewer.min(8 - shipped - cancelled);
            payment = moved(payment, &order(shipped, cancelled), &mut journal);
            let [card, own] = [Source::Card, Source::StoreCredit]
                .map(|source| payment.captured_from(source).unwrap().amount());
            prop_assert_eq!(card + own, u64::from(shipped) * 1_250);
            prop_assert!(own <= credit && card <= TOTAL - credit);
            prop_assert!(card == 0 || own == credit, "store credit is taken first");
            for part in &payment.captures {
                prop_assert!(!part.amount.is_zero());
            }
        }
        for (amount, is_done) in refunds {
            let left = payment.refundable().unwrap();
            let Ok(refund) = back(&payment, Some(amount)) else {
                prop_assert!(amount > left.amount());
                continue;
            };
            let (card, own) = (refund.part(Source::Card), refund.part(Source::StoreCredit));
            prop_assert_eq!(card.plus(own).unwrap(), refund.amount);
            let on_card = payment.refundable_to(Source::Card).unwrap();
            prop_assert!(own.is_zero() || card == on_card, "the card is given back first");
            let answer = if is_done { Answer::Done } else { Answer::Declined("closed".to_owned()) };
            let number = refund.number;
            payment = payment.refunding(refund.clone()).after_refund(number, &answer, at(7));
            if is_done {
                journal.push(Entry::of_refund(&payment, &refund).unwrap());
            }
        }
        let done = |status| status == Progress::Succeeded;
        let given = payment.given_to(Source::StoreCredit, done).unwrap();
        let sums = payment.sums().unwrap();
        prop_assert!(given.amount() <= payment.captured_from(Source::StoreCredit).unwrap().amount());
        prop_assert!(sums.refunded.amount() <= sums.captured.amount());
        prop_assert_eq!(given.plus(sums.refunded).unwrap(), payment.refunded().unwrap());
        // What the customer's account has lost is what is held, and what was taken and not given back.
        let credit = payment.store_credit;
        let released = credit.and_then(|credit| credit.released).map_or(0, Money::amount);
        let back = i64::try_from(released + given.amount()).unwrap();
        let lent = i64::try_from(payment.by_credit().amount()).unwrap();
        prop_assert_eq!(stands(&journal, owner), back - lent);
        // The order's own has what is still held.
        let left = payment.uncaptured_from(Source::StoreCredit).unwrap();
        let held = if payment.status.is_held() { left.amount() } else { 0 };
        prop_assert_eq!(stands(&journal, its_own), i64::try_from(held).unwrap());
        prop_assert_eq!(payment.contradiction(), None);
        if let Some(credit) = &payment.store_credit {
            prop_assert!(payment.is_booked(credit, &journal).unwrap());
        }
        let known = payment.credit_entries();
        for entry in &journal {
            prop_assert!(known.iter().any(|id| id == entry.id()));
        }
    }
}
