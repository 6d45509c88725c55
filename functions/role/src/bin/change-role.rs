//! PATCH /v1/roles/{id}: an admin changes a role, and everyone who has it may do what it says.

use kernel::Code;
use lambda::http::{self, MergePatch, Outcome, Request};
use role::{RoleInput, RoleKey, RoleView, Roles};

async fn change_role(
    roles: &'static Roles,
    request: Request<MergePatch<RoleInput>>,
) -> Outcome<RoleView> {
    let id = request
        .path::<RoleKey>("id", Code::RoleNotFound)?
        .custom()?;
    let known = roles.known().await?;
    let role = known.get(id)?;
    request.require_version(role.shown)?;

    let said = request.input.apply(&role.input())?;
    let author = known.author(&request.caller()?.powers, request.now);
    let next = known.with(id, &said, author)?;
    if next.get(id)?.input() == role.input() {
        return Ok(http::ok(&RoleView::custom(&known, id)?)?.version(role.shown));
    }

    let reply = http::ok(&RoleView::custom(&next, id)?)?.version(author.revision);
    roles
        .change((&known, &next), id, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Roles::start, change_role)
}
