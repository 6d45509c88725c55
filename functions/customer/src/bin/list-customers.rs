//! GET /v1/customers: an admin looks for customers.

use customer::{Accounts, CustomerFilter, CustomerRecord};
use kernel::Page;
use lambda::http::{self, Outcome, Query, Request};

async fn list_customers(
    accounts: &'static Accounts,
    request: Request<Query<CustomerFilter>>,
) -> Outcome<Page<CustomerRecord>> {
    let Query(filter) = &request.input;
    let cursors = request.platform.cursors()?;
    let page = accounts.search(filter, &cursors).await?;
    http::ok(&page.map(|customer| customer.record(customer.created_at)))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, list_customers)
}
