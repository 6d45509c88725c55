//! GET /v1/sellers/{id}/business/documents: a seller or an admin sees the documents of a business.

use business::{Businesses, DocumentView};
use kernel::Page;
use lambda::http::{self, Outcome, Request};

async fn list_business_documents(
    businesses: &'static Businesses,
    request: Request,
) -> Outcome<Page<DocumentView>> {
    let business = businesses.reached(&request).await?;
    let documents = businesses.show_documents(&business).await?;
    http::ok(&Page::new(documents, None))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Businesses::start, list_business_documents)
}
