//! POST /v1/customers/{id}/logout: an admin ends all sessions of an account.

use customer::{Accounts, CustomerRecord};
use kernel::{Code, Permission};
use lambda::http::{self, Outcome, Request};

async fn log_out_customer(
    accounts: &'static Accounts,
    request: Request,
) -> Outcome<CustomerRecord> {
    let id = request.path("id", Code::CustomerNotFound)?;
    let customer = request.reach(accounts.customer(id).await?, Code::CustomerNotFound)?;
    customer.may_be_locked_out(request.grant(Permission::RoleAssignAdmin))?;

    let logged_out = customer.logged_out(request.now);
    let reply = http::ok(&logged_out.record(customer.created_at))?.version(customer.rev + 1);
    accounts
        .log_out_everywhere(&customer, &logged_out, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, log_out_customer)
}
