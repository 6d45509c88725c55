//! What every item carries, and how a type becomes one.
//!
//! `pk`, `sk`, `kind`, `schema`, `rev`, `created_at`, `updated_at`, `expires_at` where it ends, and the keys
//! of its indexes; beside them the fields of the type, each an attribute of its own, so that a view can be
//! granted attribute by attribute.

use std::ops::Deref;

use aws_sdk_dynamodb::types::AttributeValue;
use kernel::{Problem, Timestamp, personal::storing};
use serde::{Serialize, de::DeserializeOwned};

use crate::db::Attributes;

/// The primary key of an item.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Key {
    /// Partition.
    pub pk: String,
    /// Sort.
    pub sk: String,
}

impl Key {
    /// A key of its two parts.
    pub fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self {
            pk: pk.into(),
            sk: sk.into(),
        }
    }

    pub(crate) fn attributes(&self) -> Attributes {
        Attributes::from([
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }
}

/// A type that is stored as one item of a table.
pub trait Item: Serialize + DeserializeOwned {
    /// What it is called in the table: `order`.
    const KIND: &'static str;

    /// The version of its shape. Older items are upcast when they are read.
    const SCHEMA: u32 = 1;

    /// Its primary key, built from typed ids and nowhere else.
    fn key(&self) -> Key;

    /// Its keys in the indexes that it appears in: index name, partition, sort.
    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        Vec::new()
    }

    /// When it may be cleaned up. Conditions decide whether it is still valid, never the clean-up.
    fn expires_at(&self) -> Option<Timestamp> {
        None
    }

    /// Turns the attributes of an item of an older `schema` into those of the present one.
    fn upcast(schema: u32, attributes: Attributes) -> Attributes {
        let _ = schema;
        attributes
    }
}

/// An item as it was read: the value, its revision and its times.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored<T> {
    /// The value.
    pub value: T,
    /// Counts its changes from 1.
    pub rev: u64,
    /// When it was first written.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
}

impl<T> Deref for Stored<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// The attribute names of an index's key: `by-customer` has `by_customer_pk` and `by_customer_sk`.
pub(crate) fn index_attributes(index: &str) -> (String, String) {
    let stem = index.replace('-', "_");
    (format!("{stem}_pk"), format!("{stem}_sk"))
}

pub(crate) fn encode<T: Item>(
    item: &T,
    rev: u64,
    created_at: Timestamp,
    now: Timestamp,
) -> Result<Attributes, Problem> {
    let fields: Attributes = storing(|| serde_dynamo::to_item(item)).map_err(Problem::internal)?;
    let standard = Standard {
        kind: T::KIND,
        schema: T::SCHEMA,
        rev,
        created_at,
        updated_at: now,
        expires_at: item.expires_at(),
        indexes: item.indexes(),
    };
    Ok(standard.around(fields, &item.key()))
}

/// What an item has beside its fields; not generic, so that it is compiled once.
struct Standard {
    kind: &'static str,
    schema: u32,
    rev: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
    expires_at: Option<Timestamp>,
    indexes: Vec<(&'static str, String, String)>,
}

impl Standard {
    fn around(self, mut fields: Attributes, key: &Key) -> Attributes {
        fields.extend(key.attributes());
        let mut put = |name: &str, value| fields.insert(name.to_owned(), value);
        put("kind", AttributeValue::S(self.kind.to_owned()));
        put("schema", AttributeValue::N(self.schema.to_string()));
        put("rev", AttributeValue::N(self.rev.to_string()));
        put("created_at", AttributeValue::S(self.created_at.to_string()));
        put("updated_at", AttributeValue::S(self.updated_at.to_string()));
        if let Some(end) = self.expires_at {
            put("expires_at", AttributeValue::N(end.as_second().to_string()));
        }
        for (index, pk, sk) in self.indexes {
            let (pk_name, sk_name) = index_attributes(index);
            put(&pk_name, AttributeValue::S(pk));
            put(&sk_name, AttributeValue::S(sk));
        }
        fields
    }
}

/// The item that these attributes are: for those that a failed condition has shown.
///
/// # Errors
/// When they lack what every item carries, or are no `T`.
pub fn decode<T: Item>(mut attributes: Attributes) -> Result<Stored<T>, Problem> {
    let (schema, stored) = standard(&attributes)?;
    if schema < T::SCHEMA {
        attributes = T::upcast(schema, attributes);
    }
    let value = serde_dynamo::from_item(attributes).map_err(Problem::internal)?;
    Ok(Stored {
        value,
        rev: stored.rev,
        created_at: stored.created_at,
        updated_at: stored.updated_at,
    })
}

fn standard(attributes: &Attributes) -> Result<(u32, Stored<()>), Problem> {
    let number = |name: &str| match attributes.get(name) {
        Some(AttributeValue::N(digits)) => digits.parse().ok(),
        _ => None,
    };
    let instant = |name: &str| match attributes.get(name) {
        Some(AttributeValue::S(text)) => text.parse().ok(),
        _ => None,
    };
    let read = || {
        let schema = u32::try_from(number("schema")?).ok()?;
        let rev = number("rev")?;
        let (created_at, updated_at) = (instant("created_at")?, instant("updated_at")?);
        Some((
            schema,
            Stored {
                value: (),
                rev,
                created_at,
                updated_at,
            },
        ))
    };
    read().ok_or_else(|| Problem::internal("an item lacks what every item carries"))
}
