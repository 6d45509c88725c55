//! POST /v1/sandbox/charges/{id}/dispute: plays a customer's bank that takes money of a charge back, and decides.

use kernel::Code;
use lambda::http::{self, Json, Outcome, Request};
use payment::{Objection, SandboxPage};

async fn dispute_sandbox_charge(
    page: &'static SandboxPage,
    request: Request<Json<Objection>>,
) -> Outcome<()> {
    let Json(objection) = &request.input;
    let id = request.path("id", Code::PaymentNotFound)?;
    page.dispute(id, objection, request.now).await?;
    http::no_content()
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(SandboxPage::start, dispute_sandbox_charge)
}
