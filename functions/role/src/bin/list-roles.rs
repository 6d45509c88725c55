//! GET /v1/roles: all roles, the built-in ones first.

use kernel::Page;
use lambda::http::{self, Outcome, Request};
use role::{RoleView, Roles};

async fn list_roles(roles: &'static Roles, _: Request) -> Outcome<Page<RoleView>> {
    // There are so few at most that all of them are one page.
    let known = roles.known().await?;
    http::ok(&Page::new(RoleView::all(&known), None))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Roles::start, list_roles)
}
