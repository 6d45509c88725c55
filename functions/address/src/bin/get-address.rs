//! GET /v1/addresses/{id}: a customer sees an address of the own book.

use address::{AddressBooks, AddressView};
use lambda::http::{self, Outcome, Request};

async fn get_address(books: &'static AddressBooks, request: Request) -> Outcome<AddressView> {
    let address = books.reached(&request).await?;
    Ok(http::ok(&AddressView::from(&address))?.version(address.rev))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(AddressBooks::start, get_address)
}
