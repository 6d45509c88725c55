//! order.invoice-issued, order.credit-note-issued: a document has its number, and is printed.

use kernel::Problem;
use lambda::consume::{self, Event};
use order::{Prints, documents::Issued};

async fn print_document(prints: &'static Prints, event: Event<Issued>) -> Result<(), Problem> {
    prints.print(event.data.told(), event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Prints::start, print_document)
}
