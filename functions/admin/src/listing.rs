//! One list of many logs, page by page: the latest first, those of one time by service and number.

use dynamo::audit::{Entry, log::Found};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// A place in the list: what is on the pages before it is as late or later.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    at: Timestamp,
    service: String,
    number: u64,
}

impl Position {
    fn of(entry: &Entry) -> Self {
        Self {
            at: entry.at,
            service: entry.service.clone(),
            number: entry.number,
        }
    }

    /// What the entries of a service must be under to come after it: a time, and a number at that time.
    pub(crate) fn below_in(&self, service: &str) -> (Timestamp, u64) {
        let number = match service.cmp(&self.service) {
            std::cmp::Ordering::Less => u64::MAX,
            std::cmp::Ordering::Equal => self.number,
            std::cmp::Ordering::Greater => 0,
        };
        (self.at, number)
    }
}

/// The first page of what was found in each log, and where the next one starts, if there is more. Where a log was
/// not read to its end, nothing earlier than the place it was read to is shown.
pub(crate) fn page(found: Vec<(String, Found)>, limit: usize) -> (Vec<Entry>, Option<Position>) {
    let unread = found.iter().filter_map(|(service, found)| {
        let (at, number) = found.looked_to?;
        Some(Position {
            at,
            service: service.clone(),
            number,
        })
    });
    let unread = unread.max();
    let mut entries: Vec<(Position, Entry)> = found
        .into_iter()
        .flat_map(|(_, found)| found.entries)
        .map(|entry| (Position::of(&entry), entry))
        .filter(|(position, _)| unread.as_ref().is_none_or(|unread| position >= unread))
        .collect();
    entries.sort_by(|(one, _), (other, _)| other.cmp(one));
    let is_cut = entries.len() > limit;
    entries.truncate(limit);
    let next = match entries.last() {
        Some((last, _)) if is_cut => Some(last.clone()),
        _ => unread,
    };
    (entries.into_iter().map(|(_, entry)| entry).collect(), next)
}

#[cfg(test)]
mod tests {
    use contracts::Actor;
    use dynamo::{
        audit::{Place, Told},
        record::AuditEntry,
    };
    use proptest::prelude::*;

    use super::*;

    fn entry(service: &str, number: u64, second: i64) -> Entry {
        let place = Place {
            number: number - 1,
            hash: String::new(),
        };
        let told = Told {
            at: Timestamp::from_second(second),
            function: "f".to_owned(),
            record: format!("{service}{number}"),
            audit: AuditEntry {
                actor: Actor::guest(),
                action: "a.b".to_owned(),
                subject: "s".to_owned(),
                before: None,
                after: None,
                correlation_id: "c".to_owned(),
            },
        };
        Entry::after(&place, service, told)
    }

    /// What a log would answer: as `AuditLog::latest` does, looking at `most` entries.
    fn latest(log: &[Entry], below: Option<(Timestamp, u64)>, limit: usize, most: usize) -> Found {
        let mut under: Vec<&Entry> = log
            .iter()
            .filter(|entry| below.is_none_or(|below| (entry.at, entry.number) < below))
            .collect();
        under.sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.number)));
        let shown = limit.min(most);
        let looked_to =
            (under.len() > shown).then(|| (under[shown - 1].at, under[shown - 1].number));
        Found {
            entries: under.into_iter().take(shown).cloned().collect(),
            looked_to,
        }
    }

    proptest! {
        #[test]
        fn pages_show_everything_once_and_in_order(
            times in prop::collection::vec(prop::collection::vec(0_i64..6, 0..12), 1..4),
            limit in 1_usize..5, most in 1_usize..5,
        ) {
            let services = ["cart", "order", "product"];
            let logs: Vec<(&str, Vec<Entry>)> = services.iter().zip(&times).map(|(service, times)| {
                let entries = (1..).zip(times).map(|(number, second)| entry(service, number, *second));
                (*service, entries.collect())
            }).collect();
            let mut wanted: Vec<Position> = logs.iter().flat_map(|(_, log)| log).map(Position::of).collect();
            wanted.sort();
            wanted.reverse();

            let mut shown = Vec::new();
            let mut after: Option<Position> = None;
            loop {
                let found = logs.iter().map(|(service, log)| {
                    let below = after.as_ref().map(|after| after.below_in(service));
                    ((*service).to_owned(), latest(log, below, limit, most))
                });
                let (entries, next) = page(found.collect(), limit);
                prop_assert!(entries.len() <= limit);
                shown.extend(entries.iter().map(Position::of));
                prop_assert!(next.is_none() || next < after || after.is_none());
                after = next;
                if after.is_none() {
                    break;
                }
            }
            prop_assert_eq!(shown, wanted);
        }
    }
}
