//! GET /v1/payouts: what sellers were paid out; a seller sees its own.

use kernel::Page;
use lambda::http::{self, Outcome, Query, Request};
use payment::{PayoutFilter, PayoutRecords, payout::PayoutView};

async fn list_payouts(
    payouts: &'static PayoutRecords,
    request: Request<Query<PayoutFilter>>,
) -> Outcome<Page<PayoutView>> {
    let Query(filter) = &request.input;
    let whose = filter.whose(&request)?;
    let cursors = request.platform.cursors()?;
    http::ok(&payouts.list(whose, filter, &cursors).await?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(PayoutRecords::open, list_payouts)
}
