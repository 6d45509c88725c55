//! GET /v1/customers/{id}/store-credit: shows an admin what a customer can buy with, and what that comes from.

use kernel::{Code, page::Part};
use lambda::http::{self, Outcome, Query, Request};
use payment::{Credits, StoreCreditView};

async fn get_customer_store_credit(
    credits: &'static Credits,
    request: Request<Query<Part>>,
) -> Outcome<StoreCreditView> {
    let Query(part) = &request.input;
    let customer = request.path("id", Code::CustomerNotFound)?;
    credits.must_be_known(customer).await?;
    let whose = (customer, request.platform.currency()?);
    let cursors = request.platform.cursors()?;
    http::ok(&credits.statement(whose, part, &cursors).await?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Credits::start, get_customer_store_credit)
}
