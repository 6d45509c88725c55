//! The table `ledger`:
//!
//! | item | key |
//! |---|---|
//! | `journal-entry` | `entry#<id>` / `entry` |
//! | `ledger-account` | `account#<account>` / `account` |
//! | `ledger-line` | `account#<account>` / `line#<time>#<entry>#<leg>` |
//!
//! Entries are written by [`Payments`](super::Payments), beside what they book. Accounts and their lines follow from
//! them and can be made anew.

use std::collections::BTreeMap;

use contracts::events::{LedgerAccount, LedgerLeg, LedgerPosted};
use dynamo::{Change, Commands, Cursors, Intent, Item, Key, Query, Stored, Table};
use kernel::{Page, Problem, Timestamp, page::Limit};
use lambda::Platform;
use serde::{Deserialize, Serialize};

use super::step_of;
use crate::ledger::{Account, Entry, Line};

/// So many accounts are written at once: each has an item and a few lines, and a transaction takes a hundred.
const ACCOUNTS_AT_ONCE: usize = 30;

impl Item for Entry {
    const KIND: &'static str = "journal-entry";

    fn key(&self) -> Key {
        Self::key_of(self.id())
    }
}

impl Entry {
    /// The key of the entry that is known by this.
    pub(super) fn key_of(id: &str) -> Key {
        Key::new(format!("entry#{id}"), "entry")
    }
}

impl Item for Account {
    const KIND: &'static str = "ledger-account";

    fn key(&self) -> Key {
        account_key(self.account)
    }
}

fn account_key(account: LedgerAccount) -> Key {
    Key::new(run_of(account), "account")
}

fn run_of(account: LedgerAccount) -> String {
    format!("account#{account}")
}

/// A line as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    account: LedgerAccount,
    leg: usize,
    line: Line,
}

impl Item for Kept {
    const KIND: &'static str = "ledger-line";

    fn key(&self) -> Key {
        let (at, entry, leg) = (self.line.at, &self.line.entry_id, self.leg);
        Key::new(run_of(self.account), format!("line#{at}#{entry}#{leg:03}"))
    }
}

/// The ledger.
#[derive(Debug)]
pub struct Ledger {
    table: Table,
    commands: Commands,
}

impl Ledger {
    /// With the tables of the stage.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            table: platform.table("payment", "ledger"),
            commands: platform.commands("payment"),
        })
    }

    /// An account, if anything was ever booked on it.
    pub async fn account(
        &self,
        account: LedgerAccount,
    ) -> Result<Option<Stored<Account>>, Problem> {
        self.table.get(&account_key(account)).await
    }

    /// A page of what was booked on an account, the latest first.
    pub async fn lines(
        &self,
        account: LedgerAccount,
        limit: Limit,
        (cursors, cursor): (&Cursors, Option<&str>),
    ) -> Result<Page<Line>, Problem> {
        let run = Query::table(run_of(account)).starting_with("line#");
        let run = run.descending().limit(limit.get());
        let scope = format!("lines of {account}");
        let page = self
            .table
            .page::<Kept>(run, cursors, &scope, cursor)
            .await?;
        Ok(page.map(|kept| kept.value.line))
    }

    /// Carries the legs of an entry to their accounts.
    pub async fn carry(
        &self,
        entry: &LedgerPosted,
        at: Timestamp,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let mut accounts: BTreeMap<LedgerAccount, Vec<(usize, &LedgerLeg)>> = BTreeMap::new();
        for (number, leg) in entry.legs.iter().enumerate() {
            accounts.entry(leg.account).or_default().push((number, leg));
        }
        let accounts: Vec<_> = accounts.into_iter().collect();
        for (part, accounts) in accounts.chunks(ACCOUNTS_AT_ONCE).enumerate() {
            let step = step_of(intent, &format!("accounts-{part}"));
            self.carry_to(accounts, entry, at, &step).await?;
        }
        Ok(())
    }

    async fn carry_to(
        &self,
        accounts: &[(LedgerAccount, Vec<(usize, &LedgerLeg)>)],
        entry: &LedgerPosted,
        at: Timestamp,
        step: &Intent,
    ) -> Result<(), Problem> {
        let keys = accounts.iter().map(|(account, _)| account_key(*account));
        let known = self.table.get_many::<Account>(keys.collect()).await?;
        let mut command = self.commands.begin(step);
        for (account, legs) in accounts {
            let Some((_, first)) = legs.first() else {
                continue;
            };
            let new = Account::new(*account, first.amount.currency());
            let moved = legs.iter().fold(new, |account, (_, leg)| account.with(leg));
            if known.iter().any(|known| known.account == *account) {
                // By arithmetic: all sales meet at a few accounts, and need not wait for each other.
                let change =
                    Change::set("debited = debited + :debit, credited = credited + :credit")
                        .when("currency = :currency")
                        .text(":currency", moved.currency)
                        .number(":debit", moved.debited)
                        .number(":credit", moved.credited);
                command.change(&self.table, &account_key(*account), change);
                command.or(Problem::internal("an account is in another currency"));
            } else {
                command.insert(&self.table, &moved);
            }
            for (number, leg) in legs {
                command.insert(
                    &self.table,
                    &Kept {
                        account: *account,
                        leg: *number,
                        line: Line {
                            entry_id: entry.entry_id.clone(),
                            kind: entry.kind,
                            order_id: entry.order_id,
                            side: leg.side,
                            amount: leg.amount,
                            at,
                        },
                    },
                );
            }
        }
        command.audit("ledger.carry", &entry.entry_id);
        command.settle().await?;
        Ok(())
    }
}
