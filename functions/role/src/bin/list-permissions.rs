//! GET /v1/permissions: every permission, what it is for, who holds it and which routes ask for it.

use kernel::Page;
use lambda::http::{self, Outcome, Request};
use role::{Catalogue, PermissionView};

async fn list_permissions(
    catalogue: &'static Catalogue,
    _: Request,
) -> Outcome<Page<PermissionView>> {
    http::ok(&catalogue.page())
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Catalogue::start, list_permissions)
}
