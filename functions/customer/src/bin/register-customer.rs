//! POST /v1/customers: someone makes an account.

use contracts::Actor;
use customer::{Accounts, Credential, Customer, EmailAddress, Name, NewPassword, Profile};
use kernel::Problem;
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// Who wants an account.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewCustomer {
    /// Where mail goes, and what to log in with.
    email: EmailAddress,
    /// A new password.
    password: NewPassword,
    /// What to call them.
    name: Name,
}

async fn register_customer(
    accounts: &'static Accounts,
    request: Request<Json<NewCustomer>>,
) -> Outcome<Profile> {
    let Json(new) = &request.input;
    let unfit = |error| Problem::invalid("/password", error);
    new.password.apart_from(&new.email).map_err(unfit)?;

    let ids = &request.platform.ids;
    let id = ids.fresh(request.now);
    let customer = Customer::new(id, new.email.clone(), new.name.clone());
    let credential = Credential::new(&customer, new.password.hash(ids.bytes())?);

    let reply = http::created("/v1/customers/me", &customer.profile(request.now))?.version(1);
    let intent = request.intent_of(Actor::customer(id));
    accounts
        .register(&customer, &credential, &intent, reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, register_customer)
}
