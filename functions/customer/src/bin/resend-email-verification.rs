//! POST /v1/customers/me/email/verification: a customer wants the mail that verifies the address once more.

use contracts::one_time::Purpose;
use customer::Accounts;
use kernel::Code;
use lambda::http::{self, Outcome, Request};

async fn resend_email_verification(accounts: &'static Accounts, request: Request) -> Outcome<()> {
    let found = accounts.tokened(request.customer()?, Purpose::VerifyEmail);
    let (before, customer) = found.await?;
    let customer = request.reach(customer, Code::CustomerNotFound)?;
    let reply = http::no_content()?;
    if customer.email_verified_at.is_some() {
        return Ok(reply);
    }

    accounts
        .request_verification(&customer, before.as_ref(), request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, resend_email_verification)
}
