//! PATCH /v1/customers/me: a customer changes the own account.

use customer::{Accounts, Profile, ProfileInput};
use kernel::Code;
use lambda::http::{self, MergePatch, Outcome, Request};

async fn change_own_profile(
    accounts: &'static Accounts,
    request: Request<MergePatch<ProfileInput>>,
) -> Outcome<Profile> {
    let customer = accounts.customer(request.customer()?).await?;
    let customer = request.reach(customer, Code::CustomerNotFound)?;

    let said = request.input.apply(&customer.input())?;
    let next = customer.described(said, request.now);
    if next == customer.value {
        return Ok(http::ok(&Profile::from(&customer))?.version(customer.rev));
    }

    let reply = http::ok(&next.profile(customer.created_at))?.version(customer.rev + 1);
    accounts
        .change_profile(&customer, &next, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, change_own_profile)
}
