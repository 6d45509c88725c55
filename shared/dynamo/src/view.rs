//! Reads of what another service owns and lets us read.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use contracts::views::View;
use futures_util::future::{try_join, try_join_all};
use kernel::Problem;

use crate::{
    db::{Attributes, Db},
    item::Key,
    query::Query,
};

impl Db {
    /// What another service shows of one item, read consistently.
    pub async fn view<V: View>(&self, key: &V::Key) -> Result<Option<V>, Problem> {
        let (pk, sk) = V::key(key);
        let table = self.table_name(V::OWNER, V::TABLE);
        let item = self
            .get(&table, &Key { pk, sk }, Some(V::ATTRIBUTES))
            .await?;
        item.map(read).transpose()
    }

    /// What other services show of two items, each read consistently, at once.
    ///
    /// Two calls and not a batch: the emulator does not see which attributes a batch asks for, and refuses it.
    pub async fn two_views<A: View, B: View>(
        &self,
        (first, second): (&A::Key, &B::Key),
    ) -> Result<(Option<A>, Option<B>), Problem> {
        try_join(self.view(first), self.view(second)).await
    }

    /// What another service shows of each of a few items, read consistently, at once; in the order of their keys.
    pub async fn views_at_once<V: View>(&self, keys: &[V::Key]) -> Result<Vec<Option<V>>, Problem> {
        try_join_all(keys.iter().map(|key| self.view(key))).await
    }

    /// What another service shows of these items, at most 100, read consistently; in no order, without those
    /// that are missing.
    pub async fn views<V: View>(&self, keys: &[V::Key]) -> Result<Vec<V>, Problem> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let table = self.table_name(V::OWNER, V::TABLE);
        let keys = keys.iter().map(|key| {
            let (pk, sk) = V::key(key);
            (table.clone(), Key { pk, sk })
        });
        let found = self.get_many(keys.collect(), Some(V::ATTRIBUTES)).await?;
        found.into_iter().map(|(_, item)| read(item)).collect()
    }

    /// What another service shows of a run of items, whole, in the order of their sort keys.
    pub async fn view_run<V: View>(&self, run: Query) -> Result<Vec<V>, Problem> {
        let table = self.table_name(V::OWNER, V::TABLE);
        let (mut shown, mut start) = (Vec::new(), None);
        loop {
            let mut query = run.clone().raw(start);
            query.attributes = Some(V::ATTRIBUTES);
            let (items, next) = self.query(&table, query).await?;
            for item in items {
                shown.push(read(item)?);
            }
            match next {
                Some(next) => start = Some(next),
                None => return Ok(shown),
            }
        }
    }
}

fn read<V: View>(item: Attributes) -> Result<V, Problem> {
    let item: HashMap<String, AttributeValue> = item;
    serde_dynamo::from_item(item).map_err(Problem::internal)
}
