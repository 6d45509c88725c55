//! PUT /v1/customers/me/email: a customer wants another address, and gets a mail there to confirm it.

use customer::{Accounts, EmailAddress, Password};
use kernel::{Code, Problem};
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// The new address.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewAddress {
    /// Where mail goes, and what to log in with, once it is confirmed.
    email: EmailAddress,
    /// What the account has: an access token alone must not be enough to take it over.
    password: Password,
}

async fn request_email_change(
    accounts: &'static Accounts,
    request: Request<Json<NewAddress>>,
) -> Outcome<()> {
    let Json(sent) = &request.input;
    let customer = accounts.customer(request.customer()?).await?;
    let customer = request.reach(customer, Code::CustomerNotFound)?;
    if sent.email.digest() == customer.email.expose().digest() {
        return Err(Problem::invalid("/email", "it is the account's address"));
    }

    let intent = request.intent();
    let confirmed = accounts
        .confirm(&customer, &sent.password, "/password", &request)
        .await?;
    let (email, reply) = (sent.email.clone(), http::taken_on()?);
    accounts
        .request_email_change(&customer, email, &confirmed, intent, reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, request_email_change)
}
