//! Typed reads of one table. Writes go through a [`crate::Command`].

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use kernel::{Page, Problem};

use crate::{
    cursor::Cursors,
    db::{Attributes, Db},
    item::{Item, Key, Stored, decode},
    query::Query,
};

/// A table of the service that reads it.
#[derive(Clone, Debug)]
pub struct Table {
    pub(crate) db: Db,
    pub(crate) name: String,
}

impl Table {
    /// A service's table.
    pub fn new(db: &Db, service: &str, table: &str) -> Self {
        Self {
            db: db.clone(),
            name: db.table_name(service, table),
        }
    }

    /// The item with this key, read consistently.
    pub async fn get<T: Item>(&self, key: &Key) -> Result<Option<Stored<T>>, Problem> {
        self.db
            .get(&self.name, key, None)
            .await?
            .map(decode)
            .transpose()
    }

    /// The same for whoever looks whether it is as it should be: what cannot be read is no failure of the store.
    pub async fn look_at<T: Item>(&self, key: &Key) -> Result<Look<T>, Problem> {
        let found = self.db.get(&self.name, key, None).await?;
        Ok(found.map_or(Look::Missing, |item| {
            decode(item).map_or(Look::Unreadable, Look::There)
        }))
    }

    /// Whether an item was written since it was read, or is gone.
    pub async fn has_moved<T: Item>(&self, read: &Stored<T>) -> Result<bool, Problem> {
        let now = self.get::<T>(&read.key()).await?;
        Ok(now.is_none_or(|now| now.rev != read.rev))
    }

    /// Some of a run for whoever looks whether they are as they should be, and where to go on; `None` where one of
    /// them cannot be read.
    pub async fn look_through<T: Item>(
        &self,
        query: Query,
        after: Option<Position>,
    ) -> Result<(Option<Vec<Stored<T>>>, Option<Position>), Problem> {
        let start = after.map(from_position);
        let (items, next) = self.db.query(&self.name, query.raw(start)).await?;
        let items = items.into_iter().map(decode);
        let items = items.collect::<Result<Vec<_>, Problem>>();
        Ok((items.ok(), next.map(to_position)))
    }

    /// The items with these keys, at most 100, read consistently; in no order, without those that are missing.
    pub async fn get_many<T: Item>(&self, keys: Vec<Key>) -> Result<Vec<Stored<T>>, Problem> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let keys = keys
            .into_iter()
            .map(|key| (self.name.clone(), key))
            .collect();
        let found = self.db.get_many(keys, None).await?;
        found.into_iter().map(|(_, item)| decode(item)).collect()
    }

    /// Two items of different types, in one round trip.
    pub async fn get_both<A: Item, B: Item>(
        &self,
        (first, second): (&Key, &(Table, Key)),
    ) -> Result<(Option<Stored<A>>, Option<Stored<B>>), Problem> {
        let (other, second) = second;
        let keys = vec![
            (self.name.clone(), first.clone()),
            (other.name.clone(), second.clone()),
        ];
        let (mut a, mut b) = (None, None);
        for (table, item) in self.db.get_many(keys, None).await? {
            if table == self.name && is(&item, first) {
                a = Some(decode(item)?);
            } else {
                b = Some(decode(item)?);
            }
        }
        Ok((a, b))
    }

    /// The first items of a run, at most the query's limit.
    pub async fn query<T: Item>(&self, query: Query) -> Result<Vec<Stored<T>>, Problem> {
        let (items, _) = self.db.query(&self.name, query.raw(None)).await?;
        items.into_iter().map(decode).collect()
    }

    /// One page of a run: from the cursor of the page before, if there is one. `scope` names the list, so
    /// that its cursors are good for it alone.
    pub async fn page<T: Item>(
        &self,
        query: Query,
        cursors: &Cursors,
        scope: &str,
        cursor: Option<&str>,
    ) -> Result<Page<Stored<T>>, Problem> {
        let start = cursor
            .map(|cursor| cursors.open(scope, cursor))
            .transpose()?
            .map(from_position);
        let (items, next) = self.db.query(&self.name, query.raw(start)).await?;
        let data = items.into_iter().map(decode).collect::<Result<_, _>>()?;
        let next = next
            .map(|key| cursors.seal(scope, &to_position(key)))
            .transpose()?;
        Ok(Page::new(data, next))
    }

    /// Like [`Table::page`] with plain start keys: for jobs that walk a run to its end.
    pub async fn walk<T: Item>(
        &self,
        query: Query,
        after: Option<Position>,
    ) -> Result<(Vec<Stored<T>>, Option<Position>), Problem> {
        let start = after.map(from_position);
        let (items, next) = self.db.query(&self.name, query.raw(start)).await?;
        let items = items.into_iter().map(decode).collect::<Result<_, _>>()?;
        Ok((items, next.map(to_position)))
    }
}

/// What is at a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Look<T> {
    /// Nothing.
    Missing,
    /// Something that is no such item.
    Unreadable,
    /// The item.
    There(Stored<T>),
}

fn is(item: &Attributes, key: &Key) -> bool {
    let same = |name: &str, text: &str| matches!(item.get(name), Some(AttributeValue::S(value)) if value == text);
    same("pk", &key.pk) && same("sk", &key.sk)
}

/// A place in a run: the key attributes of the last item seen. All keys of Souk are text.
pub type Position = BTreeMap<String, String>;

fn to_position(key: Attributes) -> Position {
    let text = |(name, value)| match value {
        AttributeValue::S(text) => Some((name, text)),
        _ => None,
    };
    key.into_iter().filter_map(text).collect()
}

fn from_position(position: Position) -> Attributes {
    position
        .into_iter()
        .map(|(name, text)| (name, AttributeValue::S(text)))
        .collect()
}
