//! GET /v1/customers/me/api-keys: a customer sees the account's keys, and when each was last used.

use customer::{Accounts, KeyView};
use kernel::Page;
use lambda::http::{self, Outcome, Request};

async fn list_api_keys(accounts: &'static Accounts, request: Request) -> Outcome<Page<KeyView>> {
    // There are so few at most that all of them are one page.
    let (holder, uses) = accounts.key_holder_and_uses(&request).await?;
    let keys = holder.ring.views(&holder.customer, &uses, request.now);
    http::ok(&Page::new(keys, None))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, list_api_keys)
}
