//! POST /v1/disputes/{id}/evidence: an admin says why the money is ours.

use kernel::Code;
use lambda::http::{self, Json, Outcome, Request};
use payment::{DisputeView, EvidenceRequest, Records};

async fn submit_dispute_evidence(
    payments: &'static Records,
    request: Request<Json<EvidenceRequest>>,
) -> Outcome<DisputeView> {
    let Json(said) = &request.input;
    let id = request.path("id", Code::DisputeNotFound)?;
    let dispute = request.reach(payments.dispute(id).await?, Code::DisputeNotFound)?;
    let next = dispute.responding(Some(&said.text), request.now)?;
    let reply = http::accepted(format!("/v1/disputes/{id}"), &next.view(false))?;
    payments
        .begin_response(&dispute, &next, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Records::open, submit_dispute_evidence)
}
