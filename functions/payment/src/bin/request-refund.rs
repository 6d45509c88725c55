//! POST /v1/payments/{id}/refunds: an admin gives back what was captured of a payment, or a part of it.

use kernel::Code;
use lambda::http::{self, Json, Outcome, Request};
use payment::{Records, RefundRequest, RefundView};

async fn request_refund(
    payments: &'static Records,
    request: Request<Json<RefundRequest>>,
) -> Outcome<RefundView> {
    let Json(asked) = &request.input;
    let id = request.path("id", Code::PaymentNotFound)?;
    let payment = request.reach(payments.asked_for(id).await?, Code::PaymentNotFound)?;
    let refund = payment.refund(asked, request.now)?;
    let reply = http::accepted(format!("/v1/payments/{id}"), &refund.view(true))?;
    payments
        .begin_refund(&payment, refund, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Records::open, request_refund)
}
