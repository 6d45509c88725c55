//! POST /v1/payments/webhooks/{provider}: the payment provider tells that something has become of a charge.

use kernel::Code;
use lambda::http::{self, Body, Outcome, Request};
use payment::Webhooks;

async fn receive_payment_webhook(
    webhooks: &'static Webhooks,
    request: Request<Body>,
) -> Outcome<()> {
    let provider: String = request.path("provider", Code::RouteNotFound)?;
    let signature = request.header(&format!("{provider}-signature"));
    let body = &request.input.bytes;
    webhooks
        .take(&provider, signature, body, request.now)
        .await?;
    http::taken_on()
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Webhooks::start, receive_payment_webhook)
}
