//! Running the marketplace: what was done in it, by whom, and the proof that the log of it is whole.
//!
//! - [`audit`]: the audit logs of all services, as the functions read them
//! - [`listing`]: one list of many logs, page by page
//! - [`checkpoint`]: a log's head, signed, as it lies in the bucket
//! - [`proof`]: that a log is whole, up to where it is proven
//!
//! Nothing of its own is written here but checkpoints: the logs belong to their services, whose relays alone
//! append to them (docs/audit.md).

pub mod audit;
pub mod checkpoint;
pub mod listing;
pub mod proof;

pub use audit::{Audit, AuditEntryView};
pub use checkpoint::{AuditKeys, Checkpoints};
pub use proof::{Proofs, Verification};
