//! What is looked at again and again: whether it still is what the commands have written.
//!
//! Whoever writes an item for good writes an [`Inspection`] beside it, in the same transaction. It is due a quarter of
//! an hour later, when all that follows from the item must have followed, and then each time that the item has become
//! twice as old: so each is looked at soon, again and again, and the older the less often, and all of them together
//! cost in a year what a handful of looks at each does. What was taken away is found, too: its inspection is still there.

use std::time::Duration;

use kernel::{Problem, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    command::{Commands, Intent, Settled},
    item::{Item, Key, Stored},
    query::Query,
    table::Table,
};

/// The index of inspections by the time at which they are due, and its one partition.
const BY_INSPECTION: &str = "by-inspection";
const DUE: &str = "due";
/// What follows from an item has followed by then, or something is wrong.
pub const PATIENCE: Duration = Duration::from_mins(15);
/// Nothing that is as it should be is looked at more often.
const DAY: Duration = Duration::from_hours(24);

/// That an item is to be looked at. Item `<partition of the item>` / `to-inspect`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Inspection {
    about: String,
    since: Timestamp,
    due: Timestamp,
    /// Whether what was missing was asked for, and is waited for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_mended: bool,
    /// When the item was looked at for the last time, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
}

/// What came of looking at an item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finding {
    /// It is as it should be: it is looked at when it is twice as old.
    Whole,
    /// It is as it should be, and is looked at after this time at the latest, however old it is.
    Moving(Duration),
    /// It moves just now: it is looked at again soon.
    Busy,
    /// What is missing was asked for, once: it is looked at again soon.
    Mended,
    /// It is about to end by itself: it is not looked at any more.
    Ending,
    /// It contradicts what follows from it, or what it follows from: how.
    Wrong(&'static str),
}

impl Inspection {
    /// Of an item that is written now.
    pub fn of(item: &impl Item, now: Timestamp) -> Self {
        Self {
            about: item.key().pk,
            since: now,
            due: now.plus(PATIENCE),
            is_mended: false,
            ended_at: None,
        }
    }

    /// The partition of the item.
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Whether what was missing was asked for already.
    pub fn is_mended(&self) -> bool {
        self.is_mended
    }

    /// When it would be looked at next, if it is as it should be.
    pub fn next(&self, now: Timestamp) -> Timestamp {
        now.plus(now.since(self.since).max(DAY))
    }

    /// What becomes of it.
    fn after(&self, finding: Finding, now: Timestamp) -> Self {
        let due = match finding {
            Finding::Ending => self.due,
            Finding::Whole | Finding::Wrong(_) => self.next(now),
            Finding::Moving(most) => self.next(now).min(now.plus(most)),
            Finding::Busy | Finding::Mended => now.plus(PATIENCE),
        };
        Self {
            due,
            is_mended: finding == Finding::Mended,
            ended_at: (finding == Finding::Ending).then_some(now),
            ..self.clone()
        }
    }
}

impl Stored<Inspection> {
    /// What names a look at the item: it comes to its end once, however many look at once.
    pub fn name(&self) -> String {
        format!("inspect {} at {}", self.about, self.rev)
    }
}

impl Item for Inspection {
    const KIND: &'static str = "inspection";

    fn key(&self) -> Key {
        Key::new(self.about.clone(), "to-inspect")
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        if self.ended_at.is_some() {
            return Vec::new();
        }
        let place = format!("{}#{}", self.due, self.about);
        vec![(BY_INSPECTION, DUE.to_owned(), place)]
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.ended_at
    }
}

impl Table {
    /// The inspections of this table that are due, the longest first.
    pub async fn due(
        &self,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<Stored<Inspection>>, Problem> {
        // Behind the instant comes what it is about, which sorts before a tilde.
        let run = Query::index(BY_INSPECTION, DUE).up_to(format!("{now}#~"));
        self.query(run.limit(most)).await
    }
}

impl Commands {
    /// Keeps what came of an inspection, in the table that it was read from, and says in the log what is wrong; whether
    /// it was that, and now.
    pub async fn conclude(
        &self,
        table: &Table,
        (inspection, finding): (&Stored<Inspection>, Finding),
        intent: &Intent,
    ) -> Result<bool, Problem> {
        let mut command = self.begin(intent);
        let next = inspection.after(finding, intent.now);
        command.update(table, inspection, &next);
        let is_now = match command.settle().await {
            // Someone else has looked meanwhile.
            Err(problem) if problem.is_contention() => false,
            settled => settled? == Settled::Now,
        };
        let Finding::Wrong(how) = finding else {
            return Ok(false);
        };
        if is_now {
            tracing::error!(about = inspection.about, how, "an item contradicts others");
        }
        Ok(is_now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: u64) -> Timestamp {
        Timestamp::from_second(1_800_000_000).plus(Duration::from_hours(hours))
    }

    fn inspection() -> Inspection {
        Inspection {
            about: "thing#1".to_owned(),
            since: at(0),
            due: at(1),
            is_mended: false,
            ended_at: None,
        }
    }

    fn due(finding: Finding, hours: u64) -> Timestamp {
        inspection().after(finding, at(hours)).due
    }

    #[test]
    fn what_is_whole_is_looked_at_when_it_is_twice_as_old_and_after_a_day_at_least() {
        assert_eq!(due(Finding::Whole, 1), at(25));
        assert_eq!(due(Finding::Whole, 100), at(200));
        assert_eq!(due(Finding::Wrong("any"), 100), at(200));
        let hour = Finding::Moving(Duration::from_hours(1));
        assert_eq!(due(hour, 100), at(101));
    }

    #[test]
    fn what_is_about_to_end_is_not_looked_at_any_more_and_ends_as_well() {
        assert_eq!(inspection().indexes().len(), 1);
        assert_eq!(inspection().expires_at(), None);
        let ended = inspection().after(Finding::Ending, at(100));
        assert!(ended.indexes().is_empty());
        assert_eq!(ended.expires_at(), Some(at(100)));
    }

    #[test]
    fn what_was_asked_for_is_waited_for_once() {
        let mended = inspection().after(Finding::Mended, at(1));
        assert!(mended.is_mended);
        assert_eq!(mended.due, at(1).plus(PATIENCE));
        assert!(!mended.after(Finding::Whole, at(2)).is_mended);
    }
}
