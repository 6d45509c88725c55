//! GET /v1/sellers/{id}/staff: who works for a seller, the owner first.

use kernel::{Page, page::Limit};
use lambda::http::{self, Outcome, Query, Request};
use schemars::JsonSchema;
use seller::{MemberView, Sellers};
use serde::Deserialize;

/// Which part of the list.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    /// How many at most: 1 to 100, 20 unless told.
    #[serde(default)]
    limit: Limit,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn list_staff(
    sellers: &'static Sellers,
    request: Request<Query<Part>>,
) -> Outcome<Page<MemberView>> {
    let seller = sellers.reached(&request).await?;
    let Query(part) = &request.input;
    let cursors = request.platform.cursors()?;
    let from = (&cursors, part.cursor.as_deref());
    http::ok(&sellers.members(&seller, part.limit, from).await?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Sellers::start, list_staff)
}
