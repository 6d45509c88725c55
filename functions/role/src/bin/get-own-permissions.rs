//! GET /v1/me/permissions: what the caller may do, and why.

use lambda::http::{self, Outcome, Request};
use role::{OwnPermissions, Roles, own_permissions};

async fn get_own_permissions(roles: &'static Roles, request: Request) -> Outcome<OwnPermissions> {
    let caller = request.caller()?;
    let (known, held) = roles.held(caller.customer).await?;
    http::ok(&own_permissions(
        caller.customer,
        &caller.powers,
        &held,
        &known,
    ))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Roles::start, get_own_permissions)
}
