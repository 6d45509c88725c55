//! POST /v1/sandbox/charges/{id}/complete: the customer of a charge of the sandbox's does what the charge waits for.

use kernel::Code;
use lambda::http::{self, Json, Outcome, Request};
use payment::{Completion, SandboxPage};

async fn complete_sandbox_charge(
    page: &'static SandboxPage,
    request: Request<Json<Completion>>,
) -> Outcome<()> {
    let Json(done) = &request.input;
    let id = request.path("id", Code::PaymentNotFound)?;
    page.complete(id, done.outcome, request.now).await?;
    http::no_content()
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(SandboxPage::start, complete_sandbox_charge)
}
