//! POST /v1/sellers/{id}/business/bank-account/reveal: an admin sees a bank account unmasked, and leaves a trace.

use business::{BankAccount, Businesses};
use lambda::http::{self, Outcome, Request};

async fn reveal_bank_account(
    businesses: &'static Businesses,
    request: Request,
) -> Outcome<BankAccount> {
    let desk = businesses.desk(&request).await?;
    let account = businesses
        .reveal_bank_account(&desk, request.intent())
        .await?;
    http::ok(&account)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Businesses::start, reveal_bank_account)
}
