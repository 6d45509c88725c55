//! GET /v1/customers/{id}/custom-roles: which custom roles a customer has, and what they allow together.

use kernel::Code;
use lambda::http::{self, Outcome, Request};
use role::{CustomerRoles, Roles};

async fn list_customer_roles(roles: &'static Roles, request: Request) -> Outcome<CustomerRoles> {
    let customer = request.path("id", Code::CustomerNotFound)?;
    let (known, held) = roles.of_customer(customer).await?;
    http::ok(&CustomerRoles::of(&held, &known))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Roles::start, list_customer_roles)
}
