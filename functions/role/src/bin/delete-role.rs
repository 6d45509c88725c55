//! DELETE /v1/roles/{id}: an admin deletes a role that nobody has and no other inherits from.

use kernel::Code;
use lambda::http::{self, Outcome, Request};
use role::{RoleKey, Roles};

async fn delete_role(roles: &'static Roles, request: Request) -> Outcome<()> {
    let id = request
        .path::<RoleKey>("id", Code::RoleNotFound)?
        .custom()?;
    let known = roles.known().await?;
    let next = known.without(id, &request.caller()?.powers)?;

    let reply = http::no_content()?;
    roles
        .delete((&known, &next), id, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Roles::start, delete_role)
}
