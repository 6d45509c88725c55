//! GET /v1/payouts/{id}: shows a payout: what it is made from, and what has become of it.

use kernel::Code;
use lambda::http::{self, Outcome, Request};
use payment::{PayoutRecords, payout::PayoutView};

async fn get_payout(payouts: &'static PayoutRecords, request: Request) -> Outcome<PayoutView> {
    let id = request.path("id", Code::PayoutNotFound)?;
    let payout = request.reach(payouts.payout(id).await?, Code::PayoutNotFound)?;
    Ok(http::ok(&payout.view())?.version(payout.rev))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(PayoutRecords::open, get_payout)
}
