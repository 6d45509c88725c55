//! POST /v1/customers/me/close: a customer has the account closed, after a time in which it can be kept.

use std::time::Duration;

use customer::{Accounts, Password};
use kernel::{Code, Timestamp};
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// That it is really the customer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    /// What the account has.
    password: Password,
}

/// What becomes of the account.
#[derive(Serialize, JsonSchema)]
struct Closing {
    /// When it is closed for good; until then the link in the mail keeps it.
    closing_at: Timestamp,
}

async fn close_own_account(
    accounts: &'static Accounts,
    request: Request<Json<Confirmation>>,
) -> Outcome<Closing> {
    let Json(Confirmation { password }) = &request.input;
    let customer = accounts.customer(request.customer()?).await?;
    let customer = request.reach(customer, Code::CustomerNotFound)?;
    let grace = request.platform.parsed("ACCOUNT_GRACE_SECONDS")?;
    let closing_at = request.now.plus(Duration::from_secs(grace));
    let closing = customer.closing(closing_at, request.now)?;

    let intent = request.intent();
    let confirmed = accounts.confirm(&customer, password, "/password", &request);
    let (closing, confirmed) = ((&closing, closing_at), confirmed.await?);
    let reply = http::ok(&Closing { closing_at })?;
    accounts
        .close(&customer, closing, &confirmed, intent, reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, close_own_account)
}
