//! GET /v1/audit: an admin looks up what was done, by whom and to what; the latest first.

use admin::{Audit, AuditEntryView, audit::AuditQuery};
use kernel::Page;
use lambda::http::{self, Outcome, Query, Request};

async fn list_audit_entries(
    audit: &'static Audit,
    request: Request<Query<AuditQuery>>,
) -> Outcome<Page<AuditEntryView>> {
    let Query(query) = &request.input;
    http::ok(&audit.list(query, &request).await?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Audit::start, list_audit_entries)
}
