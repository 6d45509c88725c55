//! GET /v1/customers/me/second-factor: a customer sees whether the account has a second factor.

use customer::{Accounts, SecondFactorView};
use kernel::Code;
use lambda::http::{self, Outcome, Request};

async fn get_second_factor(
    accounts: &'static Accounts,
    request: Request,
) -> Outcome<SecondFactorView> {
    let enrolment = accounts.enrolment(request.customer()?).await?;
    let view = enrolment.and_then(|enrolment| enrolment.view());
    http::ok(&view.ok_or(Code::SecondFactorNotFound)?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, get_second_factor)
}
