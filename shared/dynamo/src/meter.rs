//! Counters of requests. What they keep is no fact of the marketplace: it has no revision, no record, no event.

use aws_sdk_dynamodb::types::AttributeValue;
use kernel::{Problem, Timestamp, rate::Pace};

use crate::{
    db::{Attributes, Db, RawUpdate, Updated},
    item::Key,
    table::Table,
};

/// What becomes of a request, and the theoretical arrival time of its counter, in microseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken {
    /// It is let through.
    Admitted(u64),
    /// It came too early.
    Full(u64),
}

/// A table of counters.
#[derive(Clone, Debug)]
pub struct Meter {
    table: Table,
}

/// Of a counter that runs: one call, by far the most often where it matters.
const ANOTHER: &str = "SET arrival = arrival + :interval, expires_at = :forgotten";
const WHILE_IT_RUNS: &str = "arrival >= :now AND arrival <= :latest";
/// Of a counter that is not there, or has come to rest.
const THE_FIRST: &str = "SET arrival = :next, expires_at = :forgotten, kind = :kind";
const AFTER_A_REST: &str = "attribute_not_exists(pk) OR arrival < :now";

impl Meter {
    /// A service's table of counters.
    pub fn new(db: &Db, service: &str, table: &str) -> Self {
        Self {
            table: Table::new(db, service, table),
        }
    }

    /// Takes one request from a counter, if its pace bears another.
    ///
    /// Both changes are guarded, so of any number at once no more are let through than the pace bears. A change
    /// whose answer was lost may be made twice: the counter is then ahead, and lets through one less.
    pub async fn take(&self, key: &Key, pace: Pace, at: Timestamp) -> Result<Taken, Problem> {
        let now = Pace::now(at);
        let (latest, next) = (pace.latest(now), now.saturating_add(pace.interval()));
        let forgotten = (":forgotten", pace.forgotten_at(now).div_ceil(1_000_000));
        // Between the two calls another request may start the counter; then the first call is right again.
        for _ in 0..2 {
            let numbers = [
                (":interval", pace.interval()),
                (":now", now),
                (":latest", latest),
                forgotten,
            ];
            match self.update(key, ANOTHER, WHILE_IT_RUNS, &numbers).await? {
                Updated::Made(item) => return Ok(Taken::Admitted(arrival(&item).unwrap_or(next))),
                Updated::Not(item) => match item.as_ref().and_then(arrival) {
                    Some(arrival) if arrival > latest => return Ok(Taken::Full(arrival)),
                    _ => {}
                },
            }
            let numbers = [(":next", next), (":now", now), forgotten];
            let first = self.update(key, THE_FIRST, AFTER_A_REST, &numbers);
            if let Updated::Made(_) = first.await? {
                return Ok(Taken::Admitted(next));
            }
        }
        // Clocks that differ play with the counter: rather one too few.
        Ok(Taken::Full(latest.saturating_add(1)))
    }

    async fn update(
        &self,
        key: &Key,
        set: &'static str,
        when: &'static str,
        numbers: &[(&str, u64)],
    ) -> Result<Updated, Problem> {
        let number = |(name, number): &(&str, u64)| {
            let number = AttributeValue::N(number.to_string());
            ((*name).to_owned(), number)
        };
        let mut values: Attributes = numbers.iter().map(number).collect();
        if set.contains(":kind") {
            let kind = AttributeValue::S("limit".to_owned());
            values.insert(":kind".to_owned(), kind);
        }
        let update = RawUpdate { set, when, values };
        Ok(self.table.db.update(&self.table.name, key, update).await?)
    }
}

fn arrival(item: &Attributes) -> Option<u64> {
    match item.get("arrival") {
        Some(AttributeValue::N(digits)) => digits.parse().ok(),
        _ => None,
    }
}
