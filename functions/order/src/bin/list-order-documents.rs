//! GET /v1/orders/{id}/documents: the invoices and credit notes of an order; to a seller, its own.

use kernel::{Page, page::Part};
use lambda::http::{self, Outcome, Query, Request};
use order::{Documents, Viewer, documents::DocumentSummary};

async fn list_order_documents(
    documents: &'static Documents,
    request: Request<Query<Part>>,
) -> Outcome<Page<DocumentSummary>> {
    let order = documents.orders.reached(&request).await?;

    let Query(part) = &request.input;
    let cursors = request.platform.cursors()?;
    let from = (&cursors, part.cursor.as_deref());
    let viewer = Viewer::of(&request, &order);
    http::ok(&documents.list(&order, viewer, part.limit, from).await?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Documents::start, list_order_documents)
}
