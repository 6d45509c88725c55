//! POST /v1/payments/{id}/attempts: a customer whose method was declined names another.

use kernel::Code;
use lambda::http::{self, Json, Outcome, Request};
use payment::{AttemptRequest, PaymentView, Records};

async fn request_payment_attempt(
    payments: &'static Records,
    request: Request<Json<AttemptRequest>>,
) -> Outcome<PaymentView> {
    let Json(asked) = &request.input;
    let id = request.path("id", Code::PaymentNotFound)?;
    let payment = request.reach(payments.find(id).await?, Code::PaymentNotFound)?;
    let next = payment.attempting(&asked.payment_method, request.now)?;
    let shown = next.view(payment.created_at, request.reaches_all())?;
    let reply = http::accepted(format!("/v1/payments/{id}"), &shown)?;
    payments
        .begin_attempt(&payment, &next, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Records::open, request_payment_attempt)
}
