//! Running the marketplace: what was done in it, by whom, and the proof that the log of it is whole.
//!
//! - [`audit`]: the audit logs of all services, as the functions read them
//! - [`listing`]: one list of many logs, page by page
//! - [`checkpoint`]: a log's head, signed, as it lies in the bucket
//! - [`outbox`]: what no relay has seen of what commands have written
//! - [`proof`]: that a log is whole, up to where it is proven
//!
//! - [`export`]: a copy of the logs, how far it has come and the files it consists of
//! - [`exports`]: how exports are kept, and the work of writing one
//!
//! The logs are only read here: they belong to their services, whose relays alone
//! append to them (docs/audit.md).

pub mod audit;
pub mod checkpoint;
pub mod export;
pub mod exports;
pub mod listing;
pub mod outbox;
pub mod proof;

pub use audit::{Audit, AuditEntryView};
pub use checkpoint::{AuditKeys, Checkpoints};
pub use export::{Export, ExportFile, ExportFilter, ExportView};
pub use exports::{ExportJob, Exports};
pub use outbox::Outboxes;
pub use proof::{Proofs, Verification};
