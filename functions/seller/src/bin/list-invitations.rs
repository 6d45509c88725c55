//! GET /v1/sellers/{id}/staff/invitations: an owner sees who was invited and has not come yet.

use kernel::{Page, page::Part};
use lambda::http::{self, Outcome, Query, Request};
use seller::{InvitationView, Sellers};

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
