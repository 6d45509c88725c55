//! GET /v1/disputes/{id}: shows a dispute, and what we have said in it.

use kernel::Code;
use lambda::http::{self, Outcome, Request};
use payment::{DisputeView, Payments};

async fn get_dispute(payments: &'static Payments, request: Request) -> Outcome<DisputeView> {
    let id = request.path("id", Code::DisputeNotFound)?;
    let dispute = request.reach(payments.dispute(id).await?, Code::DisputeNotFound)?;
    Ok(http::ok(&dispute.view(true))?.version(dispute.rev))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Payments::start, get_dispute)
}
