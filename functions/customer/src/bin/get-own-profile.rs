//! GET /v1/customers/me: a customer sees the own account.

use customer::{Accounts, Profile};
use kernel::Code;
use lambda::http::{self, Outcome, Request};

async fn get_own_profile(accounts: &'static Accounts, request: Request) -> Outcome<Profile> {
    let customer = accounts.customer(request.customer()?).await?;
    let customer = request.reach(customer, Code::CustomerNotFound)?;
    let seen = Profile {
        impersonated_by: request.impersonator(),
        ..Profile::from(&customer)
    };
    Ok(http::ok(&seen)?.version(customer.rev))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, get_own_profile)
}
