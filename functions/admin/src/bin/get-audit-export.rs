//! GET /v1/audit/exports/{id}: how far an export has come and, when it is done, where to fetch it.

use admin::{ExportView, Exports};
use lambda::http::{self, Outcome, Request};

async fn get_audit_export(exports: &'static Exports, request: Request) -> Outcome<ExportView> {
    let export = exports.reached(&request).await?;
    let files = exports.files(&export).await?;
    http::ok(&export.view(files))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Exports::start, get_audit_export)
}
