//! DELETE /v1/customers/{id}/second-factor: an admin takes away the second factor of someone who has lost it.

use customer::Accounts;
use kernel::{Code, Permission};
use lambda::http::{self, Outcome, Request};

async fn reset_customer_second_factor(
    accounts: &'static Accounts,
    request: Request,
) -> Outcome<()> {
    let id = request.path("id", Code::CustomerNotFound)?;
    let (customer, enrolment) = accounts.customer_with_factor(id).await?;
    let customer = request.reach(customer, Code::CustomerNotFound)?;
    customer.may_be_locked_out(request.grant(Permission::RoleAssignAdmin))?;
    let enrolment = enrolment.filter(|enrolment| enrolment.is_in_use());
    let enrolment = enrolment.ok_or(Code::SecondFactorNotFound)?;

    let reply = http::no_content()?;
    accounts
        .reset_second_factor(&customer, &enrolment, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, reset_customer_second_factor)
}
