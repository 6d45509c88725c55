//! GET /v1/roles/{id}/holders: who was given a custom role, by whom and when.

use kernel::{Code, Page, page::Part};
use lambda::http::{self, Outcome, Query, Request};
use role::{HolderView, RoleKey, Roles};

async fn list_role_holders(
    roles: &'static Roles,
    request: Request<Query<Part>>,
) -> Outcome<Page<HolderView>> {
    let Query(part) = &request.input;
    let id = request
        .path::<RoleKey>("id", Code::RoleNotFound)?
        .custom()?;
    roles.known().await?.get(id)?;

    let cursors = request.platform.cursors()?;
    let from = (&cursors, part.cursor.as_deref());
    let page = roles.holders(id, part.limit, from).await?;
    http::ok(&page.map(|holder| HolderView::from(&holder.value)))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Roles::start, list_role_holders)
}
