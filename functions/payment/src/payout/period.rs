//! What the lines of an account come to, read one after another in their order. Pure.

use contracts::events::{LedgerKind, LedgerSide};
use kernel::{Money, Problem, Timestamp};

use crate::ledger::{Account, Line};

/// So many lines a payout covers at most, so that its statement fits into one answer. The next one goes on.
pub const MOST_LINES: usize = 10_000;

/// The lines behind a moment, as far as one payout covers them.
#[derive(Clone, Debug)]
pub struct Period {
    opening: Money,
    most: usize,
    lines: usize,
    /// With all lines so far.
    running: Account,
    last: Option<Timestamp>,
    /// With those of all moments but the last: of a moment that may have more lines none is covered, or all are.
    whole: Account,
    whole_until: Option<Timestamp>,
    is_full: bool,
}

/// What a payout covers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Closed {
    /// What was owed where it begins.
    pub opening: Money,
    /// The account where it ends.
    pub account: Account,
    /// The last moment that it covers.
    pub until: Timestamp,
    /// Whether lines are left for the next one.
    pub is_full: bool,
}

impl Period {
    /// Begins with what is owed on an account that nothing is booked on yet.
    pub fn new(account: Account, opening: Money) -> Self {
        Self::of_at_most(MOST_LINES, account, opening)
    }

    pub(super) fn of_at_most(most: usize, account: Account, opening: Money) -> Self {
        let account = account.booked(LedgerSide::Credit, opening);
        Self {
            opening,
            most,
            lines: 0,
            running: account.clone(),
            last: None,
            whole: account,
            whole_until: None,
            is_full: false,
        }
    }

    /// Takes the next line. Whether it goes on; it does not where it has as many as it can.
    pub fn take(&mut self, line: &Line) -> bool {
        if self.last != Some(line.at) {
            self.whole = self.running.clone();
            self.whole_until = self.last;
            self.last = Some(line.at);
        }
        if self.lines >= self.most && self.whole_until.is_some() {
            self.is_full = true;
            return false;
        }
        self.lines += 1;
        self.running = self.running.clone().booked(line.side, line.amount);
        true
    }

    /// What it has come to, where its lines were read up to that moment.
    pub fn close(self, until: Timestamp) -> Closed {
        let (account, until) = match self.whole_until.filter(|_| self.is_full) {
            Some(earlier) => (self.whole, earlier),
            None => (self.running, until),
        };
        Closed {
            opening: self.opening,
            account,
            until,
            is_full: self.is_full,
        }
    }
}

/// What was booked lately: behind where a payout ends, and since what is captured is held back.
#[derive(Clone, Debug)]
pub struct Recent {
    since: Timestamp,
    until: Timestamp,
    held_since: Timestamp,
    after: Account,
    captured: Account,
}

impl Recent {
    /// With nothing, on an account that nothing is booked on.
    pub fn new(account: Account, closed: &Closed, held_since: Timestamp) -> Self {
        // What is left to the next payout may be far more than was booked lately.
        let since = if closed.is_full {
            held_since
        } else {
            held_since.min(closed.until)
        };
        Self {
            since,
            until: closed.until,
            held_since,
            after: account.clone(),
            captured: account,
        }
    }

    /// Behind which moment its lines begin.
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// Takes a line.
    pub fn take(&mut self, line: &Line) {
        if line.at > self.until {
            self.after = self.after.clone().booked(line.side, line.amount);
        }
        // What has failed to be paid out is owed at once, and what goes from a seller counts at once.
        if line.at > self.held_since && line.kind == LedgerKind::Capture {
            self.captured = self.captured.clone().booked(line.side, line.amount);
        }
    }

    /// How much was captured since it is held back.
    ///
    /// # Errors
    /// Where that is more than an amount of money can be.
    pub fn captured(&self) -> Result<Money, Problem> {
        self.captured.owed()
    }

    /// Whether what was covered and what was booked behind it come to what the account stands at. Of a payout that
    /// leaves lines to the next one not all of them are known.
    ///
    /// # Errors
    /// Where that is more than an amount of money can be.
    pub fn comes_to(&self, closed: &Closed, account: &Account) -> Result<bool, Problem> {
        let all = Account {
            debited: closed.account.debited + self.after.debited,
            credited: closed.account.credited + self.after.credited,
            ..account.clone()
        };
        Ok(closed.is_full || all.balance()? == account.balance()?)
    }
}
