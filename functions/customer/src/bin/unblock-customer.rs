//! POST /v1/customers/{id}/unblock: an admin makes a blocked account usable again.

use customer::{Accounts, CustomerRecord, Status};
use kernel::{Code, Permission};
use lambda::http::{self, Outcome, Request};

async fn unblock_customer(
    accounts: &'static Accounts,
    request: Request,
) -> Outcome<CustomerRecord> {
    let id = request.path("id", Code::CustomerNotFound)?;
    let customer = request.reach(accounts.customer(id).await?, Code::CustomerNotFound)?;
    customer.may_be_locked_out(request.grant(Permission::RoleAssignAdmin))?;
    if customer.status != Status::Blocked {
        return Ok(http::ok(&customer.record(customer.created_at))?.version(customer.rev));
    }

    let unblocked = customer.unblocked();
    let reply = http::ok(&unblocked.record(customer.created_at))?.version(customer.rev + 1);
    accounts
        .unblock(&customer, &unblocked, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, unblock_customer)
}
