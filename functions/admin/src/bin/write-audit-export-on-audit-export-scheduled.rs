//! audit-export.scheduled.v1: an export of the audit log was asked for, or goes on; writes its files.

use admin::ExportJob;
use contracts::events::AuditExportScheduled;
use kernel::Problem;
use lambda::consume::{self, Event};

async fn write_audit_export(
    job: &'static ExportJob,
    event: Event<AuditExportScheduled>,
) -> Result<(), Problem> {
    job.run(&event).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(ExportJob::start, write_audit_export)
}
