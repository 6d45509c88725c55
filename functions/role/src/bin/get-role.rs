//! GET /v1/roles/{id}: one role, what it allows itself and what it inherits.

use kernel::Code;
use lambda::http::{self, Outcome, Request};
use role::{RoleKey, RoleView, Roles};

async fn get_role(roles: &'static Roles, request: Request) -> Outcome<RoleView> {
    match request.path("id", Code::RoleNotFound)? {
        RoleKey::BuiltIn(role) => http::ok(&RoleView::built_in(role)),
        RoleKey::Custom(id) => {
            let known = roles.known().await?;
            let shown = known.get(id)?.shown;
            Ok(http::ok(&RoleView::custom(&known, id)?)?.version(shown))
        }
    }
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Roles::start, get_role)
}
