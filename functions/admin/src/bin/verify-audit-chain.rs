//! GET /v1/audit/verify: an admin proves that nothing was changed in the audit logs, nor left out of them.

use admin::{Proofs, Verification, proof::VerifyQuery};
use lambda::http::{self, Outcome, Query, Request};

async fn verify_audit_chain(
    proofs: &'static Proofs,
    request: Request<Query<VerifyQuery>>,
) -> Outcome<Verification> {
    let Query(query) = &request.input;
    http::ok(&proofs.verify(query, &request).await?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Proofs::start, verify_audit_chain)
}
