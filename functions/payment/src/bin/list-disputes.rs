//! GET /v1/disputes: an admin looks through what customers' banks have taken back, by where it stands and its deadline.

use kernel::Page;
use lambda::http::{self, Outcome, Query, Request};
use payment::{DisputeFilter, DisputeView, Records};

async fn list_disputes(
    payments: &'static Records,
    request: Request<Query<DisputeFilter>>,
) -> Outcome<Page<DisputeView>> {
    let Query(filter) = &request.input;
    let cursors = request.platform.cursors()?;
    http::ok(&payments.disputes(filter, &cursors).await?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Records::open, list_disputes)
}
