//! PATCH /v1/customers/me/api-keys/{id}: a customer says anew what a key may do, from where, and what it is called.

use customer::{Accounts, KeyInput, KeyView};
use kernel::Code;
use lambda::http::{self, MergePatch, Outcome, Request};

async fn change_api_key(
    accounts: &'static Accounts,
    request: Request<MergePatch<KeyInput>>,
) -> Outcome<KeyView> {
    let id = request.path("id", Code::ApiKeyNotFound)?;
    let holder = accounts.key_holder(&request).await?;
    let said = request.input.apply(&holder.ring.input(id)?)?;
    let next = holder.ring.changed(id, said, &holder.customer.powers())?;

    let reply = http::ok(&next.view(id, &holder.customer, request.now)?)?;
    if next == holder.ring {
        return Ok(reply);
    }
    accounts
        .change_api_key(&holder, (&next, id), &request, reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, change_api_key)
}
