//! GET /v1/addresses: a customer sees the own address book.

use address::{AddressBooks, AddressView};
use kernel::{Code, CustomerId, Page, page::Limit};
use lambda::http::{self, Outcome, Query, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// Which part of which list.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    /// How many at most: 1 to 100, 20 unless told.
    #[serde(default)]
    limit: Limit,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
    /// Whose book, for admins; the caller's own unless told.
    customer_id: Option<CustomerId>,
}

async fn list_addresses(
    books: &'static AddressBooks,
    request: Request<Query<Part>>,
) -> Outcome<Page<AddressView>> {
    let (caller, Query(part)) = (request.customer()?, &request.input);
    let customer = part.customer_id.unwrap_or(caller);
    if customer != caller && !request.reaches_all() {
        return Err(Code::Forbidden.into());
    }

    let cursors = request.platform.cursors()?;
    let from = (&cursors, part.cursor.as_deref());
    let page = books.list(customer, part.limit, from).await?;
    http::ok(&page.map(|address| AddressView::from(&address)))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(AddressBooks::start, list_addresses)
}
