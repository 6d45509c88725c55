//! GET /v1/sellers/{id}/staff/invitations: an owner sees who was invited and has not come yet.

use kernel::{Page, page::Limit};
use lambda::http::{self, Outcome, Query, Request};
use schemars::JsonSchema;
use seller::{InvitationView, Sellers};
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

async fn list_invitations(
    sellers: &'static Sellers,
    request: Request<Query<Part>>,
) -> Outcome<Page<InvitationView>> {
    let seller = Sellers::premises(&request)?;
    let Query(part) = &request.input;
    let cursors = request.platform.cursors()?;
    let from = (&cursors, part.cursor.as_deref());
    let page = sellers.invitations(seller, part.limit, from, request.now);
    http::ok(&page.await?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Sellers::start, list_invitations)
}
