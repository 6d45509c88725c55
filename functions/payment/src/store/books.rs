//! The ledger, looked at: whether accounts and lines are what follows from the journal's entries.
//!
//! An entry has its inspection from when it is written, an account from its first booking. An entry is held against its
//! lines, which an index has together; an account against the sum of its lines, which goes on from a checkpoint, and
//! some of its lines, one after the other, against the entries that they stand for. So no look reads more than a page,
//! however old the account.
//!
//! | item | key |
//! |---|---|
//! | `ledger-checkpoint` | `account#<account>` / `checkpoint` |

use std::time::Duration;

use contracts::events::{LedgerAccount, LedgerLeg};
use dynamo::{
    Commands, Finding, Inspection, Intent, Item, Key, Look, Query, Stored, Table,
    inspection::PATIENCE,
};
use kernel::{Problem, Timestamp};
use lambda::Platform;
use serde::{Deserialize, Serialize};

use super::{
    ledger::{BY_ENTRY, Kept, account_key, run_of},
    step_of,
};
use crate::ledger::{Account, Entry};

/// So many inspections one run takes on.
const INSPECTED_AT_ONCE: usize = 200;
/// So many lines of an account are added up at once.
const LINES_AT_ONCE: usize = 1_000;
/// So many lines of an account are held against their entries at once.
const COMPARED_AT_ONCE: usize = 100;
/// More lines than any entry has.
const LINES_OF_AN_ENTRY: usize = 500;
/// How often an account is read that is booked on meanwhile.
const TRIES: usize = 3;
/// An account on which all sales meet is looked at so often: fewer lines than a page have come by then.
const OFTEN: Duration = Duration::from_hours(1);
/// What sorts before each line of an account, and what behind each.
const BEFORE_LINES: &str = "line#";
const BEHIND_LINES: &str = "line#~";

/// How far the lines of an account are added up, and how far they are held against their entries.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Checkpoint {
    account: LedgerAccount,
    debited: u64,
    credited: u64,
    summed_to: String,
    compared_to: String,
}

impl Checkpoint {
    fn start(account: LedgerAccount) -> Self {
        Self {
            account,
            debited: 0,
            credited: 0,
            summed_to: BEFORE_LINES.to_owned(),
            compared_to: BEFORE_LINES.to_owned(),
        }
    }

    fn key_of(account: LedgerAccount) -> Key {
        Key::new(run_of(account), "checkpoint")
    }

    /// What the account comes to with these lines behind it; nothing where one of them is in another currency.
    fn with(&self, account: &Account, lines: &[Stored<Kept>]) -> Option<Account> {
        let known = Account {
            debited: self.debited,
            credited: self.credited,
            ..account.clone()
        };
        lines.iter().try_fold(known, |sum, kept| {
            let line = &kept.line;
            let is_same = line.amount.currency() == account.currency;
            is_same.then(|| sum.booked(line.side, line.amount))
        })
    }

    /// The same behind those of these lines that no line comes to stand before any more.
    fn up_to(&self, account: &Account, lines: &[Stored<Kept>], now: Timestamp) -> Self {
        let is_old = |kept: &&Stored<Kept>| kept.line.at < now.minus(PATIENCE);
        let old = lines.iter().take_while(is_old).count();
        let (old, _) = lines.split_at(old);
        match (self.with(account, old), old.last()) {
            (Some(sum), Some(last)) => Self {
                debited: sum.debited,
                credited: sum.credited,
                summed_to: last.key().sk,
                ..self.clone()
            },
            _ => self.clone(),
        }
    }
}

impl Item for Checkpoint {
    const KIND: &'static str = "ledger-checkpoint";

    fn key(&self) -> Key {
        Self::key_of(self.account)
    }
}

/// The ledger, as it is looked at.
#[derive(Debug)]
pub struct Books {
    table: Table,
    commands: Commands,
}

impl Books {
    /// With the tables of the stage.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            table: platform.table("payment", "ledger"),
            commands: platform.commands("payment"),
        })
    }

    /// What is due to be looked at.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<Stored<Inspection>>, Problem> {
        self.table.due(now, INSPECTED_AT_ONCE).await
    }

    /// Looks at an entry or an account; whether anything is wrong with it.
    pub async fn inspect(
        &self,
        inspection: &Stored<Inspection>,
        intent: &Intent,
    ) -> Result<bool, Problem> {
        let finding = match inspection.about().split_once('#') {
            Some(("entry", id)) => self.look_at_entry(id, inspection, intent).await?,
            Some(("account", id)) => {
                let account = id.parse().map_err(Problem::internal)?;
                self.look_at_account(account, intent).await?
            }
            _ => return Err(Problem::internal("nothing of the ledger is known by that")),
        };
        let concluded = (inspection, finding);
        let done = self.commands.conclude(&self.table, concluded, intent);
        done.await
    }

    /// Holds an entry against its lines. One that has none is told again, once: its event was lost.
    async fn look_at_entry(
        &self,
        id: &str,
        inspection: &Inspection,
        intent: &Intent,
    ) -> Result<Finding, Problem> {
        let entry = match self.table.look_at::<Entry>(&Entry::key_of(id)).await? {
            Look::Missing => return Ok(Finding::Wrong("a journal entry is gone")),
            Look::Unreadable => return Ok(Finding::Wrong("a journal entry does not balance")),
            Look::There(entry) => entry.value,
        };
        if entry.id() != id {
            return Ok(Finding::Wrong("a journal entry is another one"));
        }
        let run = Query::index(BY_ENTRY, id).limit(LINES_OF_AN_ENTRY);
        let (lines, _) = self.table.look_through::<Kept>(run, None).await?;
        let Some(lines) = lines else {
            return Ok(Finding::Wrong("a line of a journal entry cannot be read"));
        };
        if lines.is_empty() && !inspection.is_mended() && self.tell_again(&entry, intent).await? {
            return Ok(Finding::Mended);
        }
        Ok(if !is_carried(&entry, &lines) {
            Finding::Wrong("the lines of a journal entry are not its legs")
        } else if !entry.is_about_its_own() {
            Finding::Wrong("a journal entry is about another than it books on")
        } else {
            Finding::Whole
        })
    }

    /// Publishes an entry again, so that it is carried to its accounts; false for one that never was published.
    async fn tell_again(&self, entry: &Entry, intent: &Intent) -> Result<bool, Problem> {
        let Some(posted) = entry.posted() else {
            return Ok(false);
        };
        let mut command = self.commands.begin(&step_of(intent, "again"));
        command.publish(1, &posted);
        command.audit("ledger.tell-again", entry.id());
        command.settle().await?;
        tracing::warn!(
            entry.id = entry.id(),
            "a journal entry had no lines and is told again"
        );
        Ok(true)
    }

    /// Holds what an account has come to against the sum of its lines. What is booked on meanwhile is read again.
    async fn look_at_account(
        &self,
        account: LedgerAccount,
        intent: &Intent,
    ) -> Result<Finding, Problem> {
        let key = Checkpoint::key_of(account);
        let stored = self.table.get::<Checkpoint>(&key).await?;
        let start = Checkpoint::start(account);
        let known = stored.as_deref().unwrap_or(&start);
        for _ in 0..TRIES {
            let read = match self.table.look_at::<Account>(&account_key(account)).await? {
                Look::Missing => return Ok(Finding::Wrong("an account is gone")),
                Look::Unreadable => return Ok(Finding::Wrong("an account cannot be read")),
                Look::There(read) if read.account != account => {
                    return Ok(Finding::Wrong("an account is another one"));
                }
                Look::There(read) => read,
            };
            let run = lines_behind(account, &known.summed_to).limit(LINES_AT_ONCE);
            let (lines, more) = self.table.look_through::<Kept>(run, None).await?;
            let Some(lines) = lines else {
                return Ok(Finding::Wrong("a line of an account cannot be read"));
            };
            if more.is_none() && known.with(&read, &lines).as_ref() != Some(&read.value) {
                if self.table.has_moved(&read).await? {
                    continue;
                }
                let how = "what an account has come to is not the sum of its lines";
                return Ok(Finding::Wrong(how));
            }
            let next = known.up_to(&read, &lines, intent.now);
            let Some(compared_to) = self.compare(&read, &known.compared_to).await? else {
                return Ok(Finding::Wrong("a line of an account stands for no leg"));
            };
            let next = Checkpoint {
                compared_to,
                ..next
            };
            if next != *known {
                let mut command = self.commands.begin(&step_of(intent, "checkpoint"));
                command.save(&self.table, stored.as_ref(), &next);
                command.settle().await?;
            }
            return Ok(match account {
                _ if more.is_some() => Finding::Moving(Duration::ZERO),
                LedgerAccount::Customer(_) | LedgerAccount::StoreCredit(_) => Finding::Whole,
                _ => Finding::Moving(OFTEN),
            });
        }
        Ok(Finding::Busy)
    }

    /// Holds some lines of an account against their entries, from where that has come to; where it goes on, or nothing
    /// if one of them stands for no leg. Behind the last it begins anew.
    async fn compare(&self, account: &Account, from: &str) -> Result<Option<String>, Problem> {
        let run = lines_behind(account.account, from).limit(COMPARED_AT_ONCE);
        let (lines, more) = self.table.look_through::<Kept>(run, None).await?;
        let lines = lines.unwrap_or_default();
        for kept in &lines {
            let key = Entry::key_of(&kept.line.entry_id);
            let entry = self.table.look_at::<Entry>(&key).await?;
            let Look::There(entry) = entry else {
                return Ok(None);
            };
            let is_own =
                kept.account == account.account && kept.line.amount.currency() == account.currency;
            if entry.legs().get(kept.leg) != Some(&leg_of(kept)) || !is_own {
                return Ok(None);
            }
        }
        let last = lines.last().filter(|_| more.is_some());
        let next = last.map_or_else(|| BEFORE_LINES.to_owned(), |last| last.key().sk);
        Ok(Some(next))
    }
}

/// The lines of an account behind a place among them.
fn lines_behind(account: LedgerAccount, place: &str) -> Query {
    // A blank sorts before all that a key is made of, so this is the first that is not the place itself.
    Query::table(run_of(account)).between(format!("{place} "), BEHIND_LINES)
}

/// Whether each leg of an entry stands as a line, once and as it is booked, and nothing else does.
fn is_carried(entry: &Entry, lines: &[Stored<Kept>]) -> bool {
    let legs = entry.legs().iter().enumerate();
    let mut legs = legs.map(|(number, leg)| {
        let mut own = lines.iter().filter(|kept| kept.leg == number);
        let line = own.next().filter(|_| own.next().is_none());
        line.is_some_and(|kept| leg_of(kept) == *leg && kept.line == entry.line(leg, kept.line.at))
    });
    entry.legs().len() == lines.len() && legs.all(|is_there| is_there)
}

/// The leg that a line says that it is.
fn leg_of(kept: &Kept) -> LedgerLeg {
    LedgerLeg {
        account: kept.account,
        side: kept.line.side,
        amount: kept.line.amount,
    }
}

#[cfg(test)]
mod tests {
    use contracts::{Event, events::LedgerPosted};
    use kernel::{Currency, Money};

    use super::*;

    fn at(minutes: u64) -> Timestamp {
        Timestamp::from_second(1_800_000_000).plus(Duration::from_mins(minutes))
    }

    fn entry() -> Entry {
        Entry::try_from(&LedgerPosted::example()).unwrap()
    }

    fn stored<T>(value: T) -> Stored<T> {
        Stored {
            value,
            rev: 1,
            created_at: at(0),
            updated_at: at(0),
        }
    }

    /// The lines of the example, each a minute after the one before.
    fn lines() -> Vec<Stored<Kept>> {
        let entry = entry();
        let legs = (0_u64..).zip(entry.legs()).enumerate();
        let kept = legs.map(|(leg, (minute, booked))| Kept {
            account: booked.account,
            leg,
            line: entry.line(booked, at(minute)),
        });
        kept.map(stored).collect()
    }

    #[test]
    fn each_leg_stands_as_a_line_once_and_nothing_else_does() {
        assert!(is_carried(&entry(), &lines()));
        let mut fewer = lines();
        fewer.pop();
        assert!(!is_carried(&entry(), &fewer));
        let mut more = lines();
        more.extend(lines().pop());
        assert!(!is_carried(&entry(), &more));
        let mut twice = lines();
        twice.pop();
        twice.extend(lines().into_iter().take(1));
        assert!(!is_carried(&entry(), &twice));
        let mut elsewhere = lines();
        elsewhere[0].value.account = LedgerAccount::Chargebacks;
        assert!(!is_carried(&entry(), &elsewhere));
        let mut other = lines();
        other[0].value.line.entry_id.push('x');
        assert!(!is_carried(&entry(), &other));
    }

    #[test]
    fn an_account_is_summed_from_the_last_line_before_which_none_comes_to_stand() {
        let account = LedgerAccount::Provider;
        let empty = Account::new(account, Currency::EUR);
        let start = Checkpoint::start(account);
        let all = start.with(&empty, &lines()).unwrap();
        assert!(all.debited > 0 && all.debited == all.credited);

        let now = at(0).plus(PATIENCE);
        assert_eq!(start.up_to(&empty, &lines(), now), start, "all are too new");
        let second = now.plus(Duration::from_mins(1));
        let one = start.up_to(&empty, &lines(), second);
        let (first, rest) = (&lines()[..1], &lines()[1..]);
        assert_eq!(one.summed_to, first[0].key().sk);
        let known = start.with(&empty, first).unwrap();
        assert_eq!((one.debited, one.credited), (known.debited, known.credited));
        assert_eq!(one.with(&empty, rest), Some(all));

        let mut dollars = lines();
        let currency = "USD".parse().unwrap();
        dollars[0].value.line.amount = Money::new(1, currency).unwrap();
        assert_eq!(start.with(&empty, &dollars), None);
    }
}
