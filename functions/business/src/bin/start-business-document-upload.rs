//! POST /v1/sellers/{id}/business/documents: a seller gets a form to upload a document with.

use business::{Businesses, DocumentInput, DocumentUpload, Place};
use lambda::http::{self, Json, Outcome, Request};

async fn start_business_document_upload(
    businesses: &'static Businesses,
    request: Request<Json<DocumentInput>>,
) -> Outcome<DocumentUpload> {
    let Json(said) = &request.input;
    let business = businesses.reached(&request).await?;
    let document = request.platform.ids.fresh(request.now);
    let turn = business.await_document(document, said, request.now)?;

    let seller = business.seller_id;
    let place = Place { seller, document };
    let bucket = businesses.arrivals()?;
    let upload = DocumentUpload::form(request.platform, bucket, place, said, request.now)?;
    let location = format!("/v1/sellers/{seller}/business/documents");
    let reply = http::created(location, &upload)?;
    let action = "business.await-document";
    businesses
        .reply(&business, &turn, action, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Businesses::start, start_business_document_upload)
}
