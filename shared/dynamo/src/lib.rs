//! DynamoDB as Souk uses it, and the only crate that calls its SDK.
//!
//! - [`connection`]: how to reach AWS, shared by every client of a function
//! - [`db`]: the six calls that Souk makes, as plain functions that return boxed futures, so that the
//!   SDK is compiled here once and not in every function (docs/decisions/0001)
//! - [`item`]: what every item carries, and how a type becomes one
//! - [`table`]: typed reads of one table
//! - [`query`] and [`cursor`]: lists, page by page
//! - [`command`]: the atomic command: every write, with its idempotency record, its events and its audit
//!   entry in one transaction
//! - [`meter`]: the one exception: counters of requests, whose changes are no facts
//! - [`uses`]: and when something was last used
//! - [`inspection`]: what is looked at again and again, whether it still is as it was written
//! - [`audit`]: the audit log: a chain of entries that the relay appends to
//! - [`sealed`]: values that only the key of their subject opens
//! - [`view`]: reads of what another service owns
#![warn(missing_docs)]

pub mod audit;
pub mod command;
pub mod connection;
pub mod cursor;
pub mod db;
pub mod inspection;
pub mod item;
pub mod meter;
pub mod query;
pub mod record;
pub mod sealed;
pub mod table;
pub mod uses;
pub mod view;

pub use command::{Change, Command, Commands, Intent, Refused, Settled};
pub use connection::Connection;
pub use cursor::Cursors;
pub use db::{Attributes, Db, DbError, Pending};
pub use inspection::{Finding, Inspection};
pub use item::{Item, Key, Stored};
pub use meter::{Meter, Taken};
pub use query::Query;
pub use sealed::{DataKey, Sealed, SubjectKey};
pub use table::{Look, Table};
pub use uses::Uses;

/// One attribute's value, as the SDK has it: for [`Change`]'s values.
pub use aws_sdk_dynamodb::types::AttributeValue;
