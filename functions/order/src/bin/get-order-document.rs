//! `GET /v1/orders/{id}/documents/{document_id}`: an invoice or a credit note, and where to fetch it once it is printed.

use lambda::http::{self, Outcome, Request};
use order::{Prints, Viewer, documents::DocumentView};

async fn get_order_document(prints: &'static Prints, request: Request) -> Outcome<DocumentView> {
    let documents = &prints.documents;
    let order = documents.orders.reached(&request).await?;
    let viewer = Viewer::of(&request, &order);
    let document = documents.named(&order, viewer, &request).await?;
    http::ok(&prints.show(&document).await?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Prints::start, get_order_document)
}
