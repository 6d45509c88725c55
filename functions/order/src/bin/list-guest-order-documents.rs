//! GET /v1/guest-orders/{id}/documents: the invoices and credit notes of an order, for whoever has the link to it.

use kernel::{Page, page::Part};
use lambda::http::{self, Outcome, Query, Request};
use order::{Documents, GuestDocuments, Viewer, documents::DocumentSummary};

async fn list_guest_order_documents(
    state: &'static GuestDocuments<Documents>,
    request: Request<Query<Part>>,
) -> Outcome<Page<DocumentSummary>> {
    let order = state.guests.opened(&request).await?;

    let Query(part) = &request.input;
    let cursors = request.platform.cursors()?;
    let from = (&cursors, part.cursor.as_deref());
    let documents = &state.documents;
    http::ok(
        &documents
            .list(&order, Viewer::Whole, part.limit, from)
            .await?,
    )
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(
        GuestDocuments::<Documents>::start,
        list_guest_order_documents,
    )
}
