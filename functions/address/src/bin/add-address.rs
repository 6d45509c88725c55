//! POST /v1/addresses: a customer adds an address to the own book.

use address::{Address, AddressBooks, AddressInput, AddressView};
use lambda::http::{self, Json, Outcome, Request};

async fn add_address(
    books: &'static AddressBooks,
    request: Request<Json<AddressInput>>,
) -> Outcome<AddressView> {
    let (customer, now) = (request.customer()?, request.now);
    let Json(said) = &request.input;
    let id = request.platform.ids.fresh(now);
    let address = Address::new(id, customer, said)?;

    let book = books.book(customer).await?;
    let shown = address.view(now, now);
    let reply = http::created(format!("/v1/addresses/{id}"), &shown)?.version(1);
    books
        .add(&address, book.as_ref(), request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(AddressBooks::start, add_address)
}
