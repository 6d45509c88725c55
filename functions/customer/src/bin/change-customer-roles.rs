//! PUT /v1/customers/{id}/roles: an admin says what a customer may do.

use customer::{Accounts, Profile, Roles};
use kernel::{Code, Permission};
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// All roles that the customer has from now on.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewRoles {
    /// Each once; what is not listed is taken away.
    roles: Roles,
}

async fn change_customer_roles(
    accounts: &'static Accounts,
    request: Request<Json<NewRoles>>,
) -> Outcome<Profile> {
    let Json(NewRoles { roles }) = &request.input;
    let id = request.path("id", Code::CustomerNotFound)?;
    let customer = request.reach(accounts.customer(id).await?, Code::CustomerNotFound)?;

    let grant = request.grant(Permission::RoleAssignAdmin);
    customer.roles.may_become(roles, grant)?;
    let powers = &request.caller()?.powers;
    customer.roles.may_be_changed_by(roles, powers)?;
    if customer.roles == *roles {
        return Ok(http::ok(&Profile::from(&customer))?.version(customer.rev));
    }

    let changed = customer
        .with_roles(roles.clone())
        .profile(customer.created_at);
    let reply = http::ok(&changed)?.version(customer.rev + 1);
    accounts
        .change_roles(&customer, roles, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, change_customer_roles)
}
