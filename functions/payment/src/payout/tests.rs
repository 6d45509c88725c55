use contracts::events::{LedgerAccount, LedgerKind, LedgerSide};
use kernel::{Currency, Ids, Money, SellerId, Timestamp};
use proptest::prelude::*;

use super::{period::MOST_LINES, statement::statement, *};
use crate::ledger::{Account, Line};

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second)
}

fn eur(amount: u64) -> Money {
    Money::new(amount, Currency::EUR).unwrap()
}

fn seller() -> SellerId {
    Ids::seeded(1).fresh(at(1))
}

fn empty() -> Account {
    Account::new(LedgerAccount::Seller(seller()), Currency::EUR)
}

fn line(kind: LedgerKind, side: LedgerSide, amount: u64, at: Timestamp) -> Line {
    Line {
        entry_id: "any".to_owned(),
        kind,
        order_id: Some(Ids::seeded(2).fresh(at)),
        payout_id: None,
        side,
        amount: eur(amount),
        reason: None,
        note: None,
        at,
    }
}

fn sale(amount: u64, second: i64) -> Line {
    line(LedgerKind::Capture, LedgerSide::Credit, amount, at(second))
}

fn refund(amount: u64, second: i64) -> Line {
    line(LedgerKind::Refund, LedgerSide::Debit, amount, at(second))
}

/// An account, and whom it is paid out to.
#[derive(Clone, Debug)]
struct Books {
    lines: Vec<Line>,
    payee: Payee,
    last: Option<Payout>,
}

impl Books {
    fn new(lines: Vec<Line>) -> Self {
        Self {
            lines,
            payee: Payee::new(seller()),
            last: None,
        }
    }

    fn account(&self) -> Account {
        let book = |account: Account, line: &Line| account.booked(line.side, line.amount);
        self.lines.iter().fold(empty(), book)
    }

    fn behind(&self, from: Option<Timestamp>) -> impl Iterator<Item = &Line> {
        let lines = self.lines.iter();
        lines.filter(move |line| from.is_none_or(|from| line.at > from))
    }

    fn covered(&self, payout: &Payout) -> Vec<Line> {
        let lines = self.behind(payout.from);
        lines
            .filter(|line| line.at <= payout.until)
            .cloned()
            .collect()
    }

    /// What was captured for so long that it is not held back.
    fn free(&self, terms: Terms, now: Timestamp) -> u64 {
        let held = self.behind(Some(now.minus(terms.hold)));
        let held = held.filter(|line| line.kind == LedgerKind::Capture);
        let held: u64 = held.map(|line| line.amount.amount()).sum();
        self.account().owed().unwrap().amount().saturating_sub(held)
    }

    /// Makes the next payout as the store does, if there is one.
    fn pay_out(&mut self, most: usize, terms: Terms, now: Timestamp) -> Option<Payout> {
        let opening = self.last.as_ref().map_or(eur(0), |last| last.closing);
        let mut period = Period::of_at_most(most, empty(), opening);
        let until = now.minus(LAG);
        let lines = self.behind(self.payee.until);
        let _ = lines
            .filter(|line| line.at <= until)
            .all(|line| period.take(line));
        let closed = period.close(until);
        let mut recent = Recent::new(empty(), &closed, now.minus(terms.hold));
        let since = recent.since();
        self.behind(Some(since)).for_each(|line| recent.take(line));
        assert!(recent.comes_to(&closed, &self.account()).unwrap());
        let owed = (self.account().owed().unwrap(), recent.captured().unwrap());
        let payout = self.payee.next(&closed, owed, terms, now).unwrap()?;
        let kind = LedgerKind::Payout;
        let paid = line(kind, LedgerSide::Debit, payout.amount.amount(), now);
        self.lines.push(paid);
        self.payee = self.payee.with(&payout);
        self.last = Some(payout.clone());
        Some(payout)
    }

    /// The provider refuses to pay the last one.
    fn fail(&mut self, now: Timestamp) {
        let amount = self.last.as_ref().map_or(0, |last| last.amount.amount());
        let kind = LedgerKind::PayoutFailed;
        let back = line(kind, LedgerSide::Credit, amount, now);
        self.lines.push(back);
    }
}

/// A week, and nothing below 10.00.
fn terms() -> Terms {
    Terms::new(7, 1_000)
}

/// How much is paid of these lines on the tenth day, and how much is held back.
fn paid(lines: Vec<Line>) -> Option<(u64, u64)> {
    let payout = Books::new(lines).pay_out(MOST_LINES, terms(), at(10 * DAY));
    payout.map(|payout| (payout.amount.amount(), payout.held_back.amount()))
}

#[test]
fn what_was_captured_lately_is_held_back_and_what_is_debited_counts_at_once() {
    let (old, new, now) = (DAY, 5 * DAY, 10 * DAY);
    for (lines, expected) in [
        (vec![], None),
        (vec![sale(5_000, old)], Some((5_000, 0))),
        (vec![sale(5_000, new)], None),
        (vec![sale(5_000, old), sale(700, new)], Some((5_000, 700))),
        (vec![sale(5_000, old), refund(700, new)], Some((4_300, 0))),
        (vec![sale(5_000, new), refund(700, new)], None),
        // The moment at which it is held back no more.
        (vec![sale(5_000, 3 * DAY)], Some((5_000, 0))),
        (vec![sale(5_000, 3 * DAY + 1)], None),
        // Within the last minute: not covered, and counted all the same.
        (
            vec![sale(5_000, old), refund(700, now - 30)],
            Some((4_300, 700)),
        ),
        (vec![sale(5_000, old), refund(4_500, now - 30)], None),
        // In debit.
        (vec![sale(5_000, old), refund(9_000, old)], None),
        // The minimum.
        (vec![sale(999, old)], None),
        (vec![sale(1_000, old)], Some((1_000, 0))),
    ] {
        assert_eq!(paid(lines.clone()), expected, "{lines:?}");
    }
}

#[test]
fn what_was_booked_in_the_moment_at_which_a_payout_ends_is_covered_once() {
    let last = 10 * DAY - MINUTE;
    let mut books = Books::new(vec![sale(5_000, DAY), sale(1_000, last)]);
    let payout = books.pay_out(9, terms(), at(10 * DAY)).unwrap();
    assert_eq!(payout.until, at(last));
    assert_eq!((payout.amount, payout.held_back), (eur(5_000), eur(1_000)));
}

#[test]
fn what_was_captured_when_the_time_of_holding_it_back_begins_is_free() {
    let closed = Period::new(empty(), eur(0)).close(at(5));
    let mut recent = Recent::new(empty(), &closed, at(9));
    recent.take(&sale(100, 9));
    assert_eq!(recent.captured().unwrap(), eur(0));
    recent.take(&sale(50, 10));
    assert_eq!(recent.captured().unwrap(), eur(50));
}

#[test]
fn nothing_is_paid_that_is_nothing() {
    let mut books = Books::new(vec![sale(5_000, DAY), refund(5_000, DAY)]);
    assert_eq!(books.pay_out(9, Terms::new(0, 0), at(10 * DAY)), None);
}

#[test]
fn what_could_not_be_paid_is_owed_again_at_once() {
    let mut books = Books::new(vec![sale(5_000, DAY)]);
    assert_eq!(books.payee.last(), None);
    let first = books.pay_out(9, terms(), at(10 * DAY)).unwrap();
    assert_eq!(books.payee.last(), Some(first.payout_id));
    assert_eq!(books.pay_out(9, terms(), at(11 * DAY)), None);
    books.fail(at(11 * DAY + 1));
    let next = books.pay_out(9, terms(), at(12 * DAY)).unwrap();
    assert_eq!(next.amount, first.amount);
    assert_eq!((next.number, next.from), (2, Some(first.until)));
    assert_eq!(next.opening, first.closing);
    assert_ne!(next.payout_id, first.payout_id);
}

#[test]
fn a_payout_ends_before_a_moment_of_which_it_cannot_cover_all_lines() {
    // With how many lines of three moments, and how many a payout takes: how many it covers, and up to when.
    for (moments, most, covered, until) in [
        ([1, 1, 1], 9, 3, 9 * DAY),
        ([1, 1, 1], 3, 3, 9 * DAY),
        ([1, 1, 1], 2, 2, 2),
        ([1, 2, 1], 2, 1, 1),
        ([1, 2, 1], 3, 3, 2),
        // All at one moment are never parted.
        ([3, 1, 1], 2, 3, 1),
        ([3, 0, 0], 2, 3, 9 * DAY),
    ] {
        let mut period = Period::of_at_most(most, empty(), eur(5));
        let lines = (1..)
            .zip(moments)
            .flat_map(|(second, count)| vec![sale(10, second); count]);
        let _ = lines.into_iter().all(|line| period.take(&line));
        let closed = period.close(at(9 * DAY));
        let told = format!("{moments:?} {most}");
        assert_eq!(
            closed.account.owed().unwrap(),
            eur(5 + 10 * covered),
            "{told}"
        );
        assert_eq!(closed.until, at(until), "{told}");
        assert_eq!(closed.is_full, until < 9 * DAY, "{told}");
    }
}

#[test]
fn lines_that_do_not_come_to_what_the_account_stands_at_are_found_out() {
    let mut period = Period::new(empty(), eur(0));
    period.take(&sale(500, 1));
    let closed = period.close(at(100));
    let mut recent = Recent::new(empty(), &closed, at(50));
    recent.take(&sale(200, 101));
    let stands = |credited| empty().booked(LedgerSide::Credit, eur(credited));
    assert!(recent.comes_to(&closed, &stands(700)).unwrap());
    assert!(!recent.comes_to(&closed, &stands(701)).unwrap());
    let full = Closed {
        is_full: true,
        ..closed
    };
    assert!(recent.comes_to(&full, &stands(701)).unwrap());
}

#[test]
fn a_payouts_id_is_its_own() {
    let other = Ids::seeded(3).fresh(at(1));
    let ids =
        [(seller(), 1), (seller(), 2), (other, 1), (other, 2)].map(|(it, no)| payout_id(it, no));
    for (place, id) in ids.iter().enumerate() {
        assert!(!ids[..place].contains(id));
    }
    assert_eq!(payout_id(seller(), 2), ids[1]);
}

#[test]
fn what_the_provider_says_ends_it() {
    let mut books = Books::new(vec![sale(5_000, DAY)]);
    let payout = books.pay_out(9, terms(), at(10 * DAY)).unwrap();
    assert_eq!(payout.remittance().key, payout.payout_id.to_string());
    assert_eq!(payout.ended_at, None);
    let paid = payout.after(&Answer::Done, at(1));
    assert_eq!((paid.status, paid.ended_at), (Status::Paid, Some(at(1))));
    assert_eq!(paid.failure_reason, None);
    let anothers = Ids::seeded(3).fresh(at(1));
    assert!(paid.of_seller(seller()) && !paid.of_seller(anothers));
    let failed = payout.after(&Answer::Declined("no".to_owned()), at(1));
    assert_eq!(failed.status, Status::Failed);
    assert_eq!(failed.failure_reason.as_deref(), Some("no"));
    for status in [Status::Pending, Status::Paid, Status::Failed] {
        assert_eq!(serde_json::json!(status), status.name());
    }
}

#[test]
fn a_statement_leads_from_what_was_owed_to_what_is_paid() {
    let mut books = Books::new(vec![
        sale(5_000, DAY),
        refund(7_005, 2 * DAY),
        sale(9_000, 3 * DAY),
        sale(800, 8 * DAY),
    ]);
    let payout = books.pay_out(9, terms(), at(10 * DAY)).unwrap();
    let orders: Vec<String> = books
        .covered(&payout)
        .iter()
        .filter_map(|line| line.order_id)
        .map(|id| id.to_string())
        .collect();
    let file = statement(&payout, &books.covered(&payout)).unwrap();
    let expected = [
        "at,kind,order_id,payout_id,debit,credit,balance,side,currency".to_owned(),
        ",opening_balance,,,,,0.00,credit,EUR".to_owned(),
        format!(
            "1970-01-02T00:00:00.000Z,capture,{},,,50.00,50.00,credit,EUR",
            orders[0]
        ),
        format!(
            "1970-01-03T00:00:00.000Z,refund,{},,70.05,,20.05,debit,EUR",
            orders[1]
        ),
        format!(
            "1970-01-04T00:00:00.000Z,capture,{},,,90.00,69.95,credit,EUR",
            orders[2]
        ),
        format!(
            "1970-01-09T00:00:00.000Z,capture,{},,,8.00,77.95,credit,EUR",
            orders[3]
        ),
        "1970-01-10T23:59:00.000Z,closing_balance,,,,,77.95,credit,EUR".to_owned(),
        ",held_back,,,8.00,,,,EUR".to_owned(),
        ",to_be_paid,,,69.95,,,,EUR".to_owned(),
        String::new(),
    ];
    assert_eq!(String::from_utf8(file).unwrap(), expected.join("\r\n"));
    let missing = &books.covered(&payout)[1..];
    assert!(statement(&payout, missing).is_err());
}

#[test]
fn a_statement_names_the_payout_before_it() {
    let mut books = Books::new(vec![sale(5_000, DAY)]);
    let first = books.pay_out(9, terms(), at(10 * DAY)).unwrap();
    let paid = books.lines.last_mut().unwrap();
    (paid.order_id, paid.payout_id) = (None, Some(first.payout_id));
    books.lines.push(sale(9_000, 11 * DAY));
    let next = books.pay_out(9, terms(), at(30 * DAY)).unwrap();
    let file = statement(&next, &books.covered(&next)).unwrap();
    let file = String::from_utf8(file).unwrap();
    let line = format!(",payout,,{},50.00,", first.payout_id);
    assert!(file.contains(&line), "{file}");
}

/// What happens to a seller's account, after so many seconds.
#[derive(Clone, Copy, Debug)]
enum Happens {
    Sale(u64),
    Refund(u64),
    Payout,
    Failure,
}

fn happenings() -> impl Strategy<Value = Vec<(i64, Happens)>> {
    let after = prop_oneof![Just(0), 0..2 * MINUTE, 0..3 * DAY];
    let what = prop_oneof![
        4 => (1..50_000_u64).prop_map(Happens::Sale),
        2 => (1..50_000_u64).prop_map(Happens::Refund),
        3 => Just(Happens::Payout),
        1 => Just(Happens::Failure),
    ];
    prop::collection::vec((after, what), 1..60)
}

/// A cell that a spreadsheet may take for a formula.
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

proptest! {
    /// Whatever is sold, given back, paid and not paid: never more is paid than is owed and free, each statement
    /// closes and begins where the one before ends, and every line is in one of them.
    #[test]
    fn nothing_is_paid_that_is_not_owed_and_every_statement_closes(
        happenings in happenings(), hold_days in 0..9_u32, minimum in 0..2_000_u64, most in 1..8_usize,
    ) {
        let terms = Terms::new(hold_days, minimum);
        let mut books = Books::new(Vec::new());
        let mut payouts: Vec<Payout> = Vec::new();
        let (mut second, mut is_open) = (100 * DAY, false);
        for (after, what) in happenings {
            second += after;
            match what {
                Happens::Sale(amount) => books.lines.push(sale(amount, second)),
                Happens::Refund(amount) => books.lines.push(refund(amount, second)),
                Happens::Failure if is_open => {
                    books.fail(at(second));
                    is_open = false;
                }
                Happens::Failure => {}
                Happens::Payout => {
                    let free = books.free(terms, at(second));
                    if let Some(payout) = books.pay_out(most, terms, at(second)) {
                        prop_assert!(payout.amount.amount() <= free);
                        prop_assert!(payout.amount.amount() >= minimum.max(1));
                        payouts.push(payout);
                        is_open = true;
                        // A day goes by before the next.
                        second += DAY;
                    }
                }
            }
        }
        let (mut covered, mut before) = (0, None::<&Payout>);
        for payout in &payouts {
            prop_assert_eq!(payout.from, before.map(|before| before.until));
            prop_assert_eq!(payout.opening, before.map_or(eur(0), |before| before.closing));
            let sum = payout.held_back.plus(payout.amount);
            prop_assert_eq!(sum, Ok(payout.closing));
            let lines = books.covered(payout);
            covered += lines.len();
            let file = statement(payout, &lines).unwrap();
            let mut rows = csv::Reader::from_reader(&file[..]);
            let rows: Vec<_> = rows.records().map(Result::unwrap).collect();
            prop_assert_eq!(rows.len(), lines.len() + 4);
            for cell in rows.iter().flatten() {
                prop_assert!(!is_formula(cell), "{}", cell);
            }
            before = Some(payout);
        }
        let left = books.behind(before.map(|before| before.until)).count();
        prop_assert_eq!(covered + left, books.lines.len());
    }

    #[test]
    fn the_last_word_on_a_seller_counts_in_any_order(
        order in Just((1..=6_u64).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let mut payee = Payee::new(seller());
        for revision in order.into_iter().chain([2, 5]) {
            let told = payee.told(revision % 2 == 0, revision);
            payee = told.unwrap_or(payee);
        }
        prop_assert_eq!((payee.on_hold, payee.heard), (true, 6));
    }
}
