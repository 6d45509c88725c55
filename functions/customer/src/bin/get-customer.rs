//! GET /v1/customers/{id}: an admin looks at an account.

use customer::{Accounts, CustomerRecord};
use kernel::Code;
use lambda::http::{self, Outcome, Request};

async fn get_customer(accounts: &'static Accounts, request: Request) -> Outcome<CustomerRecord> {
    let id = request.path("id", Code::CustomerNotFound)?;
    let customer = request.reach(accounts.customer(id).await?, Code::CustomerNotFound)?;
    Ok(http::ok(&customer.record(customer.created_at))?.version(customer.rev))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, get_customer)
}
