use std::collections::BTreeMap;

use contracts::{Event, events::OrderStockReserved};
use kernel::{Currency, Ids};
use proptest::prelude::*;

use super::*;
use crate::{
    Progress,
    capture::Share,
    refund::{Reason, Refund},
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

fn payment() -> Payment {
    Payment::asked_for(&OrderStockReserved::example(), at(1))
}

fn capture(number: u32, shares: &[u64]) -> Capture {
    Capture {
        number,
        source: Source::Card,
        amount: eur(shares.iter().sum()),
        shares: shares
            .iter()
            .enumerate()
            .map(|(i, amount)| Share {
                seller_id: seller(i),
                amount: eur(*amount),
            })
            .collect(),
        status: Progress::Succeeded,
        failure_reason: None,
        at: at(2),
    }
}

fn refund(number: u32, amount: u64) -> Refund {
    Refund {
        number,
        amount: eur(amount),
        store_credit: None,
        reason: Reason::Returned,
        note: None,
        returned: None,
        status: Progress::Succeeded,
        failure_reason: None,
        requested_at: at(3),
        at: at(3),
    }
}

fn gift() -> Gift {
    Gift {
        id: Ids::seeded(6).fresh(at(1)),
        customer_id: Ids::seeded(7).fresh(at(1)),
        amount: eur(500),
        reason: credit::Reason::Goodwill,
        note: None,
        given_at: at(1),
    }
}

fn accounts(entries: &[Entry]) -> BTreeMap<LedgerAccount, Account> {
    let mut accounts = BTreeMap::new();
    for leg in entries.iter().flat_map(Entry::legs) {
        let account = accounts
            .remove(&leg.account)
            .unwrap_or_else(|| Account::new(leg.account, leg.amount.currency()));
        accounts.insert(leg.account, account.with(leg));
    }
    accounts
}

fn stands(
    accounts: &BTreeMap<LedgerAccount, Account>,
    account: LedgerAccount,
) -> (LedgerSide, u64) {
    let balance = accounts[&account].balance().unwrap();
    (balance.side, balance.amount.amount())
}

#[test]
fn a_sale_is_the_sellers_without_the_commission_and_a_refund_is_the_marketplaces() {
    let (payment, tenth) = (payment(), "1000".parse().unwrap());
    let sale = Entry::of_capture(&payment, &capture(1, &[1_000, 3_000]), tenth).unwrap();
    let back = Entry::of_refund(&payment, &refund(1, 500)).unwrap();
    let accounts = accounts(&[sale, back]);
    let customer = LedgerAccount::Customer(payment.order_id);
    assert_eq!(
        stands(&accounts, LedgerAccount::Seller(seller(0))),
        (LedgerSide::Credit, 900)
    );
    assert_eq!(
        stands(&accounts, LedgerAccount::Seller(seller(1))),
        (LedgerSide::Credit, 2_700)
    );
    for (account, stand) in [
        (LedgerAccount::Commission, (LedgerSide::Credit, 400)),
        (LedgerAccount::Refunds, (LedgerSide::Debit, 500)),
        (LedgerAccount::Provider, (LedgerSide::Debit, 3_500)),
        (customer, (LedgerSide::Credit, 0)),
    ] {
        assert_eq!(stands(&accounts, account), stand, "{account}");
    }
}

#[test]
fn a_commission_is_a_share_of_a_whole() {
    for (points, expected) in [("0", 0), ("1", 0), ("1000", 100), ("10000", 999)] {
        let commission: Commission = points.parse().unwrap();
        assert_eq!(commission.of(eur(999)), eur(expected), "{points}");
    }
    for wrong in ["", "-1", "10001", "10 %"] {
        let refused = wrong.parse::<Commission>().unwrap_err();
        assert_eq!(refused.to_string(), "expected 0 to 10000 basis points");
    }
}

#[test]
fn an_entry_is_about_what_it_books_on() {
    let others: (OrderId, CustomerId) = (Ids::seeded(8).fresh(at(1)), Ids::seeded(9).fresh(at(1)));
    let tenth = "1000".parse().unwrap();
    let sale = Entry::of_capture(&payment(), &capture(1, &[1_000]), tenth).unwrap();
    assert!(sale.is_about_its_own());
    let mut of_others = sale;
    of_others.about = About::Payment {
        payment_id: payment().payment_id,
        order_id: others.0,
    };
    assert!(!of_others.is_about_its_own());

    let mut given = Entry::of_gift(&gift()).unwrap();
    assert!(given.is_about_its_own());
    given.about = About::Gift {
        customer_id: others.1,
        reason: gift().reason,
        note: None,
    };
    assert!(!given.is_about_its_own());
}

#[test]
fn a_line_of_an_account_tells_what_it_is_about() {
    let line = |entry: &Entry| {
        let line = entry.line(&entry.legs()[0], at(9));
        (line.order_id, line.payout_id, line.reason, line.note)
    };
    let back = Entry::of_refund(&payment(), &refund(1, 500)).unwrap();
    let order_id = payment().order_id;
    assert_eq!(line(&back), (Some(order_id), None, None, None));
    let gift = Gift {
        note: "for the wait".parse().ok(),
        ..gift()
    };
    let given = Entry::of_gift(&gift).unwrap();
    assert!(gift.note.is_some());
    assert_eq!(line(&given), (None, None, Some(gift.reason), gift.note));
    let mut paid = back;
    let payout_id = Ids::seeded(5).fresh(at(1));
    paid.about = About::Payout { payout_id };
    assert_eq!(line(&paid), (None, Some(payout_id), None, None));
}

#[test]
fn an_account_is_its_sellers_and_is_owed_what_it_has_over() {
    let of = |account, credited, debited| Account {
        debited,
        credited,
        ..Account::new(account, Currency::EUR)
    };
    let own = of(LedgerAccount::Seller(seller(1)), 5, 4);
    assert_eq!(own.seller(), Some(seller(1)));
    assert!(own.of_seller(seller(1)) && !own.of_seller(seller(2)));
    let provider = of(LedgerAccount::Provider, 0, 0);
    assert_eq!(provider.seller(), None);
    assert!(!provider.of_seller(seller(1)));
    assert!(own.is_owed() && !provider.is_owed());
    assert!(!of(LedgerAccount::Provider, 4, 5).is_owed());
}

#[test]
fn of_what_is_booked_at_once_nothing_is_told() {
    let credit = StoreCredit {
        customer_id: gift().customer_id,
        amount: eur(100),
        released: None,
    };
    let held = Entry::of_held(&payment(), &credit).unwrap();
    let released = Entry::of_released(&payment(), &credit, eur(100)).unwrap();
    for at_once in [held, released, Entry::of_gift(&gift()).unwrap()] {
        assert!(at_once.is_laid_at_once(), "{at_once:?}");
        assert_eq!(at_once.posted(), None);
    }
    let back = Entry::of_refund(&payment(), &refund(1, 500)).unwrap();
    assert!(!back.is_laid_at_once());
    let told = back.posted().unwrap();
    assert_eq!((told.order_id, told.legs), (payment().order_id, back.legs));
}

#[test]
fn no_entry_is_read_that_does_not_balance() {
    let sale = Entry::of_capture(&payment(), &capture(1, &[1_000]), "1000".parse().unwrap());
    let mut stored = serde_json::to_value(sale.unwrap()).unwrap();
    assert!(serde_json::from_value::<Entry>(stored.clone()).is_ok());
    stored["legs"][0]["amount"]["amount"] = 1_001.into();
    assert!(serde_json::from_value::<Entry>(stored.clone()).is_err());
    stored["legs"] = serde_json::json!([]);
    assert!(serde_json::from_value::<Entry>(stored).is_err());
}

#[derive(Clone, Debug)]
enum Booked {
    Capture(Vec<u64>, u32),
    Refund(u64),
}

fn booked() -> impl Strategy<Value = Booked> {
    let shares = proptest::collection::vec(1..100_000_u64, 1..6);
    prop_oneof![
        (shares, 0..=10_000_u32).prop_map(|(shares, points)| Booked::Capture(shares, points)),
        (1..100_000_u64).prop_map(Booked::Refund),
    ]
}

proptest! {
    /// Whatever is booked, in whatever order: every entry balances, and so do the accounts.
    #[test]
    fn every_entry_balances_and_all_accounts_together(
        booked in proptest::collection::vec(booked(), 1..20),
    ) {
        let payment = payment();
        let mut entries = Vec::new();
        for (number, booked) in (1..).zip(booked) {
            let entry = match booked {
                Booked::Capture(shares, points) => {
                    let commission = points.to_string().parse().unwrap();
                    Entry::of_capture(&payment, &capture(number, &shares), commission)
                }
                Booked::Refund(amount) => Entry::of_refund(&payment, &refund(number, amount)),
            };
            let entry = entry.unwrap();
            let one = accounts(std::slice::from_ref(&entry));
            let debited: u64 = one.values().map(|account| account.debited).sum();
            let credited: u64 = one.values().map(|account| account.credited).sum();
            prop_assert_eq!(debited, credited);
            entries.push(entry);
        }
        let forwards = accounts(&entries);
        entries.reverse();
        prop_assert_eq!(&forwards, &accounts(&entries));
        let sum: i64 = forwards
            .values()
            .map(|account| account.debited.cast_signed() - account.credited.cast_signed())
            .sum();
        prop_assert_eq!(sum, 0);
        let customer = LedgerAccount::Customer(payment.order_id);
        prop_assert_eq!(stands(&forwards, customer).1, 0);
    }
}
