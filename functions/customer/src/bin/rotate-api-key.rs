//! POST /v1/customers/me/api-keys/{id}/rotate: a key gets another secret, and the old one goes on for a while.

use customer::{Accounts, Rotation, ShownKey};
use kernel::Code;
use lambda::http::{self, Json, Outcome, Request};

async fn rotate_api_key(
    accounts: &'static Accounts,
    request: Request<Option<Json<Rotation>>>,
) -> Outcome<ShownKey> {
    let id = request.path("id", Code::ApiKeyNotFound)?;
    let how = request.input.as_ref().map(|Json(how)| *how);
    let (how, ids) = (how.unwrap_or_default(), &request.platform.ids);
    let holder = accounts.key_holder(&request).await?;
    let (next, made) = holder.ring.rotated(id, how, ids, request.now)?;

    let key = next.view(id, &holder.customer, request.now)?;
    accounts
        .rotate_api_key(&holder, (&next, id), &request)
        .await?;
    let secret = made.reveal();
    http::ok(&ShownKey { key, secret })
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, rotate_api_key)
}
