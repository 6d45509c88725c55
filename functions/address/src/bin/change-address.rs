//! PATCH /v1/addresses/{id}: a customer changes an address of the own book.

use address::{AddressBooks, AddressInput, AddressView};
use lambda::http::{self, MergePatch, Outcome, Request};

async fn change_address(
    books: &'static AddressBooks,
    request: Request<MergePatch<AddressInput>>,
) -> Outcome<AddressView> {
    let address = books.reached(&request).await?;
    request.require_version(address.rev)?;

    let said = request.input.apply(&address.input())?;
    let next = address.rewritten(&said)?;

    let shown = next.view(address.created_at, request.now);
    let reply = http::ok(&shown)?.version(address.rev + 1);
    books.change(&address, &next, request.intent(), reply).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(AddressBooks::start, change_address)
}
