//! A payout's statement: every line that it covers, from what was owed before to what is paid, as CSV (RFC 4180).
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula. None does: a cell is an instant, a
//! name of ours, an id, a currency or an amount, which has no sign; on which side a balance is has a column of its own.

use contracts::events::{LedgerAccount, LedgerKind, LedgerSide};
use kernel::{Money, OrderId, PayoutId, Problem, Timestamp};

use super::{Payout, Status};
use crate::ledger::{Account, Balance, Line};

const COLUMNS: [&str; 9] = [
    "at",
    "kind",
    "order_id",
    "payout_id",
    "debit",
    "credit",
    "balance",
    "side",
    "currency",
];

/// What a row is.
#[derive(Clone, Copy)]
enum What {
    OpeningBalance,
    Line(LedgerKind),
    ClosingBalance,
    HeldBack,
    Amount(Status),
}

impl What {
    fn name(self) -> &'static str {
        match self {
            Self::OpeningBalance => "opening_balance",
            Self::Line(kind) => kind.name(),
            Self::ClosingBalance => "closing_balance",
            Self::HeldBack => "held_back",
            Self::Amount(Status::Pending) => "to_be_paid",
            Self::Amount(Status::Paid) => "paid_out",
            Self::Amount(Status::Failed) => "not_paid",
        }
    }
}

/// A row, of values that no text of anybody's is in.
struct Row {
    at: Option<Timestamp>,
    what: What,
    order: Option<OrderId>,
    payout: Option<PayoutId>,
    debit: Option<Money>,
    credit: Option<Money>,
    balance: Option<Balance>,
}

impl Row {
    fn new(what: What, at: Option<Timestamp>) -> Self {
        Self {
            at,
            what,
            order: None,
            payout: None,
            debit: None,
            credit: None,
            balance: None,
        }
    }

    fn of(line: &Line, balance: Balance) -> Self {
        let on = |side| (line.side == side).then_some(line.amount);
        Self {
            order: line.order_id,
            payout: line.payout_id,
            debit: on(LedgerSide::Debit),
            credit: on(LedgerSide::Credit),
            balance: Some(balance),
            ..Self::new(What::Line(line.kind), Some(line.at))
        }
    }

    fn balance(what: What, at: Option<Timestamp>, balance: Balance) -> Self {
        Self {
            balance: Some(balance),
            ..Self::new(what, at)
        }
    }

    fn amount(what: What, amount: Money) -> Self {
        Self {
            debit: Some(amount),
            ..Self::new(what, None)
        }
    }

    fn cells(&self) -> [String; 9] {
        fn text(value: Option<impl ToString>) -> String {
            value.map(|value| value.to_string()).unwrap_or_default()
        }
        let balance = self.balance;
        let amounts = [self.debit, self.credit, balance.map(|it| it.amount)];
        let currency = amounts.iter().flatten().map(|it| it.currency()).next();
        let [debit, credit, left] = amounts.map(|amount| text(amount.map(Money::to_major)));
        [
            text(self.at),
            self.what.name().to_owned(),
            text(self.order),
            text(self.payout),
            debit,
            credit,
            left,
            text(balance.map(|it| it.side.name())),
            text(currency),
        ]
    }
}

/// The statement of a payout over the lines that it covers.
///
/// # Errors
/// An internal problem where the lines do not lead from what was owed before to what was owed after.
pub fn statement(payout: &Payout, lines: &[Line]) -> Result<Vec<u8>, Problem> {
    let seller = LedgerAccount::Seller(payout.seller_id);
    let empty = Account::new(seller, payout.opening.currency());
    let mut account = empty.booked(LedgerSide::Credit, payout.opening);
    let opening = account.balance()?;
    let mut rows = vec![Row::balance(What::OpeningBalance, payout.from, opening)];
    for line in lines {
        account = account.booked(line.side, line.amount);
        rows.push(Row::of(line, account.balance()?));
    }
    let closing = account.balance()?;
    if (closing.side, closing.amount) != (LedgerSide::Credit, payout.closing) {
        return Err(Problem::internal("the lines of a payout do not close"));
    }
    let closed = Row::balance(What::ClosingBalance, Some(payout.until), closing);
    rows.extend([
        closed,
        Row::amount(What::HeldBack, payout.held_back),
        Row::amount(What::Amount(payout.status), payout.amount),
    ]);
    written(&rows)
}

fn written(rows: &[Row]) -> Result<Vec<u8>, Problem> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(Problem::internal)?;
    for row in rows {
        writer
            .write_record(row.cells())
            .map_err(Problem::internal)?;
    }
    writer
        .into_inner()
        .map_err(|error| Problem::internal(error.into_error()))
}
