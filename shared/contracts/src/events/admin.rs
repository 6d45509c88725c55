//! What is done to run the marketplace.

use kernel::AuditExportId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::example_id;
use crate::Event;

/// An export of the audit log was asked for, or has come as far as one invocation comes: there is work to do on it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AuditExportScheduled {
    /// Which export.
    pub export_id: AuditExportId,
}

impl Event for AuditExportScheduled {
    const TYPE: &'static str = "audit-export.scheduled.v1";
    const AGGREGATE: &'static str = "audit-export";
    fn aggregate_id(&self) -> String {
        self.export_id.to_string()
    }
    fn example() -> Self {
        Self {
            export_id: example_id(12),
        }
    }
}
