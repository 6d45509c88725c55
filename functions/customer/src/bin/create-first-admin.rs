//! By name: whoever may invoke functions makes the first super admin, once.

use customer::{Accounts, Credential, Customer, EmailAddress, Name, NewPassword, Profile, Roles};
use kernel::{Problem, Role};
use lambda::invoke::{self, Call};
use serde::Deserialize;

/// Who is to be the first.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstAdmin {
    email: EmailAddress,
    password: NewPassword,
    name: Name,
}

async fn create_first_admin(
    accounts: &'static Accounts,
    call: Call<FirstAdmin>,
) -> Result<Profile, Problem> {
    let (new, ids, now) = (&call.input, &call.platform.ids, call.intent().now);
    let unfit = |error| Problem::invalid("/password", error);
    new.password.apart_from(&new.email).map_err(unfit)?;

    let customer = Customer {
        roles: Roles::only(Role::SuperAdmin),
        // Whoever may make one vouches for the address.
        email_verified_at: Some(now),
        ..Customer::new(ids.fresh(now), new.email.clone(), new.name.clone())
    };
    let credential = Credential::new(&customer, new.password.hash(ids.bytes())?);
    accounts
        .create_first_admin(&customer, &credential, call.intent())
        .await?;
    Ok(customer.profile(now))
}

pub(crate) fn main() -> lambda::Exit {
    invoke::serve(Accounts::start, create_first_admin)
}
