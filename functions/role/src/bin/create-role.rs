//! POST /v1/roles: an admin makes a role, of nothing that the admin lacks.

use kernel::RoleId;
use lambda::http::{self, Json, Outcome, Request};
use role::{RoleInput, RoleView, Roles};

async fn create_role(
    roles: &'static Roles,
    request: Request<Json<RoleInput>>,
) -> Outcome<RoleView> {
    let Json(said) = &request.input;
    let known = roles.known().await?;
    let id: RoleId = request.platform.ids.fresh(request.now);
    let author = known.author(&request.caller()?.powers, request.now);
    let next = known.with(id, said, author)?;

    let view = RoleView::custom(&next, id)?;
    let reply = http::created(format!("/v1/roles/{id}"), &view)?.version(author.revision);
    roles
        .create((&known, &next), id, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Roles::start, create_role)
}
