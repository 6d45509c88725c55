//! POST /v1/customers/me/api-keys: a customer makes a key for a machine, of nothing that the account lacks.

use customer::{Accounts, NewKey, ShownKey};
use lambda::http::{self, Json, Outcome, Request};

async fn create_api_key(
    accounts: &'static Accounts,
    request: Request<Json<NewKey>>,
) -> Outcome<ShownKey> {
    let (Json(new), ids) = (&request.input, &request.platform.ids);
    let holder = accounts.key_holder(&request).await?;
    let owner = holder.customer.powers();
    let (next, made) = holder.ring.with(new, &owner, ids, request.now)?;

    let key = next.view(made.id(), &holder.customer, request.now)?;
    let place = format!("/v1/customers/me/api-keys/{}", key.id);
    accounts
        .create_api_key(&holder, (&next, key.id), &request)
        .await?;
    let secret = made.reveal();
    http::created(place, &ShownKey { key, secret })
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, create_api_key)
}
