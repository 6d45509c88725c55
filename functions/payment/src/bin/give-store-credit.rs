//! POST /v1/customers/{id}/store-credit: an admin gives a customer something to buy with.

use kernel::Code;
use lambda::http::{self, Json, Outcome, Request};
use payment::{Credits, Gift, GiftRequest};

async fn give_store_credit(
    credits: &'static Credits,
    request: Request<Json<GiftRequest>>,
) -> Outcome<Gift> {
    let Json(asked) = &request.input;
    let customer = request.path("id", Code::CustomerNotFound)?;
    credits.must_be_known(customer).await?;
    let currency = request.platform.currency()?;
    let account = credits.account(customer, currency).await?;
    let id = request.platform.ids.fresh(request.now);
    let gift = Gift::of(asked, (customer, &account), (id, request.now))?;
    let location = format!("/v1/customers/{customer}/store-credit");
    let reply = http::created(location, &gift)?;
    credits.give(&gift, request.intent(), reply).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Credits::start, give_store_credit)
}
