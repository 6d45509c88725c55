//! DELETE /v1/customers/me/api-keys/{id}: a customer takes a machine's key away.

use customer::Accounts;
use kernel::Code;
use lambda::http::{self, Outcome, Request};

async fn revoke_api_key(accounts: &'static Accounts, request: Request) -> Outcome<()> {
    let id = request.path("id", Code::ApiKeyNotFound)?;
    let holder = accounts.key_holder(&request).await?;
    let next = holder.ring.without(id)?;

    let reply = http::no_content()?;
    accounts
        .revoke_api_key(&holder, (&next, id), &request, reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, revoke_api_key)
}
