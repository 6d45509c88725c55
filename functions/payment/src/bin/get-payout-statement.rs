//! `GET /v1/payouts/{id}/statement`: every line that a payout covers, as CSV.

use kernel::Code;
use lambda::http::{self, Document, Outcome, Request};
use payment::{PayoutRecords, payout::statement::statement};

async fn get_payout_statement(
    payouts: &'static PayoutRecords,
    request: Request,
) -> Outcome<Document> {
    let id = request.path("id", Code::PayoutNotFound)?;
    let payout = request.reach(payouts.payout(id).await?, Code::PayoutNotFound)?;
    let lines = payouts.lines(&payout).await?;
    let file = statement(&payout, &lines)?;
    Ok(http::document("text/csv", file)?.version(payout.rev))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(PayoutRecords::open, get_payout_statement)
}
