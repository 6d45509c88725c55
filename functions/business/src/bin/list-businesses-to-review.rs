//! GET /v1/businesses: an admin sees which businesses wait for their review, the longest first.

use business::{BusinessSummary, Businesses, Status};
use kernel::{Page, page::Limit};
use lambda::http::{self, Outcome, Query, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// Which businesses.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Those that stand here; `in_review` unless told.
    status: Option<Status>,
    /// How many at most: 1 to 100, 20 unless told.
    #[serde(default)]
    limit: Limit,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn list_businesses_to_review(
    businesses: &'static Businesses,
    request: Request<Query<Filter>>,
) -> Outcome<Page<BusinessSummary>> {
    let Query(filter) = &request.input;
    let status = filter.status.unwrap_or(Status::InReview);
    let cursors = request.platform.cursors()?;
    let from = (&cursors, filter.cursor.as_deref());
    http::ok(&businesses.list(status, filter.limit, from).await?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Businesses::start, list_businesses_to_review)
}
