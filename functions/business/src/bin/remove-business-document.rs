//! `DELETE /v1/sellers/{id}/business/documents/{document_id}`: a seller takes a document back.

use business::Businesses;
use kernel::Code;
use lambda::http::{self, Outcome, Request};

async fn remove_business_document(
    businesses: &'static Businesses,
    request: Request,
) -> Outcome<()> {
    let business = businesses.reached(&request).await?;
    let id = request.path("document_id", Code::BusinessDocumentNotFound)?;
    let turn = business.remove_document(id, request.now)?;

    let (action, reply) = ("business.remove-document", http::no_content()?);
    businesses
        .reply(&business, &turn, action, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Businesses::start, remove_business_document)
}
