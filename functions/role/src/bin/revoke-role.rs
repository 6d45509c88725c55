//! DELETE /v1/customers/{id}/custom-roles/{role_id}: an admin takes a role from a customer.

use kernel::Code;
use lambda::http::{self, Outcome, Request};
use role::{RoleKey, Roles};

async fn revoke_role(roles: &'static Roles, request: Request) -> Outcome<()> {
    let customer = request.path("id", Code::CustomerNotFound)?;
    let role: RoleKey = request.path("role_id", Code::RoleNotFound)?;
    let id = role.custom()?;
    let (known, held) = roles.of_customer(customer).await?;
    let (next, assigned) = held.without((id, &known), &request.caller()?.powers)?;

    let (of, reply) = ((&known, &held), http::no_content()?);
    roles
        .revoke(of, &next, (id, assigned), request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Roles::start, revoke_role)
}
