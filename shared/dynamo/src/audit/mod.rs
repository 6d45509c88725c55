//! The audit log of a service: what its commands did, each entry bound to the one before it by its hash.
//!
//! - [`chain`]: an entry, its hash, and what makes a chain of entries: pure
//! - [`log`]: the table `audit`: how the relay appends to it, and how it is read and proven
//!
//! docs/audit.md explains it, docs/decisions/0017 says why it is so.

pub mod chain;
pub mod log;

pub use chain::{Entry, Flaw, Place, Told};
pub use log::{AuditLog, Block, Filter, Found, Head};
