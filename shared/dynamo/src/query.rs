//! What a list asks of a table or an index.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::{
    db::{Attributes, RawQuery},
    item::index_attributes,
};

/// A run of items that share a partition key.
#[derive(Debug, Clone)]
pub struct Query {
    index: Option<&'static str>,
    pk: String,
    sort: Sort,
    descending: bool,
    limit: usize,
}

#[derive(Debug, Clone)]
enum Sort {
    All,
    BeginsWith(String),
    UpTo(String),
    After(String),
    From(String),
    Between(String, String),
}

impl Query {
    /// All items of a partition of the table, in the order of their sort keys.
    pub fn table(pk: impl Into<String>) -> Self {
        Self {
            index: None,
            pk: pk.into(),
            sort: Sort::All,
            descending: false,
            limit: 100,
        }
    }

    /// All items of a partition of an index, in the order of their sort keys there.
    pub fn index(index: &'static str, pk: impl Into<String>) -> Self {
        Self {
            index: Some(index),
            ..Self::table(pk)
        }
    }

    /// Only those whose sort key begins so.
    pub fn starting_with(mut self, prefix: impl Into<String>) -> Self {
        self.sort = Sort::BeginsWith(prefix.into());
        self
    }

    /// Only those whose sort key is at most this.
    pub fn up_to(mut self, last: impl Into<String>) -> Self {
        self.sort = Sort::UpTo(last.into());
        self
    }

    /// Only those whose sort key comes after this.
    pub fn after(mut self, last: impl Into<String>) -> Self {
        self.sort = Sort::After(last.into());
        self
    }

    /// Only those whose sort key is at least this.
    pub fn from(mut self, first: impl Into<String>) -> Self {
        self.sort = Sort::From(first.into());
        self
    }

    /// Only those whose sort key lies between these two, or is one of them.
    pub fn between(mut self, first: impl Into<String>, last: impl Into<String>) -> Self {
        self.sort = Sort::Between(first.into(), last.into());
        self
    }

    /// The last first.
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// At most so many of them at once: 100 unless told.
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    pub(crate) fn raw(self, start: Option<Attributes>) -> RawQuery {
        let (pk, sk) = match self.index {
            Some(index) => index_attributes(index),
            None => ("pk".to_owned(), "sk".to_owned()),
        };
        let mut values = Attributes::from([(":pk".to_owned(), AttributeValue::S(self.pk))]);
        let mut bound = |text| values.insert(":sk".to_owned(), AttributeValue::S(text));
        let condition = match self.sort {
            Sort::All => format!("{pk} = :pk"),
            Sort::BeginsWith(prefix) => {
                bound(prefix);
                format!("{pk} = :pk AND begins_with({sk}, :sk)")
            }
            Sort::UpTo(last) => {
                bound(last);
                format!("{pk} = :pk AND {sk} <= :sk")
            }
            Sort::After(last) => {
                bound(last);
                format!("{pk} = :pk AND {sk} > :sk")
            }
            Sort::From(first) => {
                bound(first);
                format!("{pk} = :pk AND {sk} >= :sk")
            }
            Sort::Between(first, last) => {
                bound(first);
                values.insert(":last".to_owned(), AttributeValue::S(last));
                format!("{pk} = :pk AND {sk} BETWEEN :sk AND :last")
            }
        };
        RawQuery {
            index: self.index,
            attributes: None,
            condition,
            values,
            descending: self.descending,
            limit: i32::try_from(self.limit).unwrap_or(i32::MAX),
            start,
        }
    }
}
