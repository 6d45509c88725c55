//! When things were last used. It is no fact of the marketplace: it has no revision, no record, no event, and what is
//! kept is an hour behind or so.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use kernel::{Problem, Timestamp};

use crate::{
    db::{Attributes, Db, RawUpdate},
    item::Key,
    table::Table,
};

/// A table of last uses.
#[derive(Clone, Debug)]
pub struct Uses {
    table: Table,
}

/// What was not used for so long is forgotten.
const KEPT: Duration = Duration::from_hours(400 * 24);

impl Uses {
    /// A service's table of last uses.
    pub fn new(db: &Db, service: &str, table: &str) -> Self {
        Self {
            table: Table::new(db, service, table),
        }
    }

    /// Keeps that something is used now, unless a use in the time `every` before is kept already. However often it
    /// is done, what is kept is no later than the last use.
    pub async fn note(&self, key: &Key, now: Timestamp, every: Duration) -> Result<(), Problem> {
        let text = |at: Timestamp| AttributeValue::S(at.to_string());
        let forgotten = now.plus(KEPT).as_second().to_string();
        let values = Attributes::from([
            (":now".to_owned(), text(now)),
            (":before".to_owned(), text(now.minus(every))),
            (":forgotten".to_owned(), AttributeValue::N(forgotten)),
            (":kind".to_owned(), AttributeValue::S("use".to_owned())),
        ]);
        let update = RawUpdate {
            set: "SET used_at = :now, expires_at = :forgotten, kind = :kind",
            when: "attribute_not_exists(pk) OR used_at <= :before",
            values,
        };
        self.table.db.update(&self.table.name, key, update).await?;
        Ok(())
    }
}
