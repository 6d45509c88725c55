//! GET /v1/disputes/{id}: shows a dispute, and what we have said in it.

use kernel::Code;
use lambda::http::{self, Outcome, Request};
use payment::{DisputeView, Records};

async fn get_dispute(payments: &'static Records, request: Request) -> Outcome<DisputeView> {
    let id = request.path("id", Code::DisputeNotFound)?;
    let dispute = request.reach(payments.dispute(id).await?, Code::DisputeNotFound)?;
    Ok(http::ok(&dispute.view(true))?.version(dispute.rev))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Records::open, get_dispute)
}
