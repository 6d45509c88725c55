//! DELETE /v1/addresses/{id}: a customer removes an address from the own book.

use address::AddressBooks;
use lambda::http::{self, Outcome, Request};

async fn remove_address(books: &'static AddressBooks, request: Request) -> Outcome<()> {
    let (address, book) = books.own(&request).await?;
    let reply = http::no_content()?;
    books.remove(&address, &book, request.intent(), reply).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(AddressBooks::start, remove_address)
}
