//! POST /v1/disputes/{id}/acceptance: an admin gives a dispute up: the money stays with the customer.

use kernel::Code;
use lambda::http::{self, Outcome, Request};
use payment::{DisputeView, Records};

async fn accept_dispute(payments: &'static Records, request: Request) -> Outcome<DisputeView> {
    let id = request.path("id", Code::DisputeNotFound)?;
    let dispute = request.reach(payments.dispute(id).await?, Code::DisputeNotFound)?;
    let next = dispute.responding(None, request.now)?;
    let reply = http::accepted(format!("/v1/disputes/{id}"), &next.view(false))?;
    payments
        .begin_response(&dispute, &next, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Records::open, accept_dispute)
}
