//! GET /v1/sellers/{id}/staff: who works for a seller, the owner first.

use kernel::{Page, page::Part};
use lambda::http::{self, Outcome, Query, Request};
use seller::{MemberView, Sellers};

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
