//! PUT /v1/customers/{id}/custom-roles/{role_id}: an admin gives a customer a role of nothing that the admin lacks.

use kernel::Code;
use lambda::http::{self, Outcome, Request};
use role::{Assigned, CustomerRoles, RoleKey, Roles};

async fn assign_role(roles: &'static Roles, request: Request) -> Outcome<CustomerRoles> {
    let customer = request.path("id", Code::CustomerNotFound)?;
    let role: RoleKey = request.path("role_id", Code::RoleNotFound)?;
    let id = role.custom()?;
    let (known, held) = roles.of_customer(customer).await?;

    let caller = request.caller()?;
    let by = (caller.customer, &caller.powers);
    let next = held.with((id, &known), by, request.now)?;
    let reply = http::ok(&CustomerRoles::of(&next, &known))?;
    if held.has(id) {
        return Ok(reply);
    }

    let assigned = Assigned {
        at: request.now,
        by: caller.customer,
    };
    let of = (&known, &held);
    roles
        .assign(of, &next, (id, assigned), request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Roles::start, assign_role)
}
