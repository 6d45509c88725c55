//! The table `ledger`:
//!
//! | item | key |
//! |---|---|
//! | `journal-entry` | `entry#<id>` / `entry` |
//! | `ledger-account` | `account#<account>` / `account`; a seller's by-seller: `sellers` / the seller |
//! | `ledger-line` | `account#<account>` / `line#<time>#<entry>#<leg>`; by-entry: the entry / the account and the leg |
//!
//! Entries are written by [`Payments`](super::Payments) and [`Payouts`](super::Payouts), beside what they book.
//! Accounts and their lines follow from them, and both are looked at ([`books`](super::books)). The table's other items are in [`payouts`](super::payouts).

use std::collections::BTreeMap;

use contracts::events::{LedgerAccount, LedgerLeg, LedgerPosted};
use dynamo::{
    Change, Command, Commands, Cursors, Inspection, Intent, Item, Key, Query, Stored, Table,
    table::Position,
};
use kernel::{Page, Problem, page::Limit};
use lambda::Platform;
use serde::{Deserialize, Serialize};

use crate::ledger::{Account, Entry, Line};

/// So many accounts are written at once: each has two items and a line, one of them a line for each of fifty sellers,
/// and a transaction takes a hundred.
const ACCOUNTS_AT_ONCE: usize = 15;
/// The index of sellers' accounts, and its one partition.
const BY_SELLER: &str = "by-seller";
const SELLERS: &str = "sellers";
/// The index of lines by what they stand for: a partition an entry.
pub(super) const BY_ENTRY: &str = "by-entry";

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

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        let place = self.place();
        let place = place.map(|place| (BY_SELLER, SELLERS.to_owned(), place));
        place.into_iter().collect()
    }
}

impl Account {
    /// Its place among the accounts of sellers, if it is one.
    fn place(&self) -> Option<String> {
        self.seller().map(|seller| seller.to_string())
    }
}

pub(super) fn account_key(account: LedgerAccount) -> Key {
    Key::new(run_of(account), "account")
}

pub(super) fn run_of(account: LedgerAccount) -> String {
    format!("account#{account}")
}

/// A line as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) account: LedgerAccount,
    pub(super) leg: usize,
    pub(super) line: Line,
}

impl Item for Kept {
    const KIND: &'static str = "ledger-line";

    fn key(&self) -> Key {
        let (at, entry, leg) = (self.line.at, &self.line.entry_id, self.leg);
        Key::new(run_of(self.account), format!("line#{at}#{entry}#{leg:03}"))
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        let place = format!("{}#{:03}", self.account, self.leg);
        vec![(BY_ENTRY, self.line.entry_id.clone(), place)]
    }
}

/// The ledger.
#[derive(Debug)]
pub struct Ledger {
    pub(super) table: Table,
    pub(super) commands: Commands,
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

    /// Some of the accounts of sellers, and where to go on.
    pub async fn of_sellers(
        &self,
        after: Option<Position>,
    ) -> Result<(Vec<Stored<Account>>, Option<Position>), Problem> {
        self.table
            .walk(Query::index(BY_SELLER, SELLERS), after)
            .await
    }

    /// Carries the legs of an entry to their accounts.
    ///
    /// A line's time is the one at which it is carried, and not the one at which the entry was written: so no line
    /// comes to stand behind a moment that lies a minute back, however late the event. A payout's statement ends at
    /// such a moment, and is right for good.
    ///
    /// An entry is carried once, however many events tell of it: one whose event was lost is told again.
    pub async fn carry(&self, posted: &LedgerPosted, intent: &Intent) -> Result<(), Problem> {
        let entry = Entry::try_from(posted).map_err(Problem::internal)?;
        let accounts = by_account(&entry);
        for (part, accounts) in accounts.chunks(ACCOUNTS_AT_ONCE).enumerate() {
            let step = Intent {
                key: format!("{}#accounts-{part}", entry.id()),
                ..intent.clone()
            };
            let mut command = self.commands.begin(&step);
            lay(&mut command, &self.table, &entry, accounts).await?;
            command.audit("ledger.carry", entry.id());
            command.settle().await?;
        }
        Ok(())
    }
}

/// What an entry books on one account.
pub(super) struct Booked<'a> {
    /// What it comes to.
    moved: Account,
    /// The legs, each with its number within the entry.
    legs: Vec<(usize, &'a LedgerLeg)>,
}

impl Booked<'_> {
    /// On which account.
    pub(super) fn account(&self) -> LedgerAccount {
        self.moved.account
    }

    /// Adds it by arithmetic: all sales meet at a few accounts, and need not wait for each other.
    fn addition(&self) -> Change {
        let sums = "debited = debited + :debit, credited = credited + :credit";
        let change = match self.moved.place() {
            None => Change::set(sums),
            // One of before the index was there comes into it.
            Some(place) => {
                let placed = "by_seller_pk = :sellers, by_seller_sk = :place";
                let change = Change::set(&format!("{sums}, {placed}"));
                change.text(":sellers", SELLERS).text(":place", place)
            }
        };
        change
            .when("currency = :currency")
            .text(":currency", self.moved.currency)
            .number(":debit", self.moved.debited)
            .number(":credit", self.moved.credited)
    }

    fn lay_lines(&self, command: &mut Command, table: &Table, entry: &Entry) {
        let at = command.intent().now;
        for (number, leg) in &self.legs {
            let kept = Kept {
                account: self.account(),
                leg: *number,
                line: entry.line(leg, at),
            };
            command.insert(table, &kept);
        }
    }
}

/// What an entry books, account by account.
pub(super) fn by_account(entry: &Entry) -> Vec<Booked<'_>> {
    let mut accounts: BTreeMap<LedgerAccount, Booked<'_>> = BTreeMap::new();
    for (number, leg) in entry.legs().iter().enumerate() {
        let booked = accounts.entry(leg.account).or_insert_with(|| Booked {
            moved: Account::new(leg.account, leg.amount.currency()),
            legs: Vec::new(),
        });
        booked.moved = booked.moved.clone().with(leg);
        booked.legs.push((number, leg));
    }
    accounts.into_values().collect()
}

/// Lays an entry into a command, and that it is to be looked at.
pub(super) fn write(command: &mut Command, table: &Table, entry: &Entry) {
    command.insert(table, entry);
    let now = command.intent().now;
    command.insert(table, &Inspection::of(entry, now));
}

/// Lays what an entry books on accounts into a command: what each comes to, and its lines.
pub(super) async fn lay(
    command: &mut Command,
    table: &Table,
    entry: &Entry,
    accounts: &[Booked<'_>],
) -> Result<(), Problem> {
    let keys = accounts.iter().map(|booked| booked.moved.key());
    let known = table.get_many::<Account>(keys.collect()).await?;
    for booked in accounts {
        if known.iter().any(|known| known.account == booked.account()) {
            command.change(table, &booked.moved.key(), booked.addition());
            command.or(Problem::internal("an account is in another currency"));
        } else {
            command.insert(table, &booked.moved);
            let now = command.intent().now;
            command.insert(table, &Inspection::of(&booked.moved, now));
        }
        booked.lay_lines(command, table, entry);
    }
    Ok(())
}

/// The same on one account that was read, and on which nothing was booked since.
pub(super) fn lay_on(
    command: &mut Command,
    table: &Table,
    entry: &Entry,
    (read, booked): (&Account, &Booked<'_>),
) {
    let unchanged = "debited = :was_debited AND credited = :was_credited";
    let addition = booked
        .addition()
        .when(&format!("currency = :currency AND {unchanged}"))
        .number(":was_debited", read.debited)
        .number(":was_credited", read.credited);
    command.change(table, &booked.moved.key(), addition);
    booked.lay_lines(command, table, entry);
}

/// The same on one account to which no more than so much was ever debited. Others may book on it meanwhile.
pub(super) fn lay_within(
    command: &mut Command,
    table: &Table,
    entry: &Entry,
    (booked, most): (&Booked<'_>, u64),
) {
    let addition = booked
        .addition()
        .when("currency = :currency AND debited <= :most")
        .number(":most", most);
    command.change(table, &booked.moved.key(), addition);
    booked.lay_lines(command, table, entry);
}
