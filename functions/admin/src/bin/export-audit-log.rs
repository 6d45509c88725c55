//! POST /v1/audit/exports: an admin wants a copy of the audit log, or of a part of it; it is written in the background.

use admin::{Export, ExportFilter, ExportView, Exports};
use kernel::AuditExportId;
use lambda::http::{self, Json, Outcome, Request};

async fn export_audit_log(
    exports: &'static Exports,
    request: Request<Json<ExportFilter>>,
) -> Outcome<ExportView> {
    let Json(filter) = &request.input;
    let id: AuditExportId = request.platform.ids.fresh(request.now);
    let export = Export::new(id, request.customer()?, filter.clone(), request.now);

    let place = format!("/v1/audit/exports/{id}");
    let reply = http::accepted(place, &export.view(Vec::new()))?;
    exports.begin(&export, request.intent(), reply).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Exports::start, export_audit_log)
}
