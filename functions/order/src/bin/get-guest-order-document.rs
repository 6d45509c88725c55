//! GET /v1/guest-orders/{id}/documents/{document_id}: an invoice or a credit note of an order, for whoever has the link
//! to it.

use lambda::http::{self, Outcome, Request};
use order::{GuestDocuments, Prints, Viewer, documents::DocumentView};

async fn get_guest_order_document(
    state: &'static GuestDocuments<Prints>,
    request: Request,
) -> Outcome<DocumentView> {
    let order = state.guests.opened(&request).await?;
    let prints = &state.documents;
    let document = prints
        .documents
        .named(&order, Viewer::Whole, &request)
        .await?;
    http::ok(&prints.show(&document).await?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(GuestDocuments::<Prints>::start, get_guest_order_document)
}
