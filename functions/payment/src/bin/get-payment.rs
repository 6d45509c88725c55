//! GET /v1/payments/{id}: shows how an order is paid.

use kernel::Code;
use lambda::http::{self, Outcome, Request};
use payment::{PaymentView, Records};

async fn get_payment(payments: &'static Records, request: Request) -> Outcome<PaymentView> {
    let id = request.path("id", Code::PaymentNotFound)?;
    let found = payments.find(id).await?;
    let payment = request.reach(found, Code::PaymentNotFound)?;
    let mut shown = payment.view(payment.created_at, request.reaches_all())?;
    if request.impersonator().is_some() {
        // Whoever looks in the payer's name does not act in it.
        shown.next_action = None;
    }
    Ok(http::ok(&shown)?.version(payment.rev))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Records::open, get_payment)
}
