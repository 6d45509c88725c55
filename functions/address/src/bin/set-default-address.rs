//! PUT /v1/addresses/{id}/default: a customer says what an address is used for unless told otherwise.

use std::collections::BTreeSet;

use address::{AddressBooks, AddressView, Purpose};
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// What for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Default {
    /// What the address is the default for, and for nothing else; empty for nothing at all.
    r#for: BTreeSet<Purpose>,
}

async fn set_default_address(
    books: &'static AddressBooks,
    request: Request<Json<Default>>,
) -> Outcome<AddressView> {
    let (address, book) = books.own(&request).await?;
    let Json(Default { r#for: purposes }) = &request.input;
    let next = address.preferred_in(&book.preferring(address.address_id, purposes));
    if next == address.value {
        return Ok(http::ok(&AddressView::from(&address))?.version(address.rev));
    }

    let shown = next.view(address.created_at, request.now);
    let reply = http::ok(&shown)?.version(address.rev + 1);
    books
        .prefer(&address, &book, purposes, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(AddressBooks::start, set_default_address)
}
