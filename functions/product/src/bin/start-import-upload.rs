//! POST /v1/product-imports/uploads: a seller gets a form to upload a large file of products with.

use kernel::ImportId;
use lambda::http::{self, Outcome, Query, Request};
use product::{Import, ImportParams, Imports, Upload, import};

async fn start_import_upload(
    imports: &'static Imports,
    request: Request<Query<ImportParams>>,
) -> Outcome<Upload> {
    let seller = request.seller()?;
    let id: ImportId = request.platform.ids.fresh(request.now);
    let currency = request.input.0.currency.unwrap_or(imports.currency());
    let import = Import::new(id, seller, currency);

    let upload = Upload::form(request.platform, imports.bucket()?, id, request.now)?;
    let reply = http::created(import::location(id), &upload)?;
    imports.begin(&import, request.intent(), reply).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Imports::start, start_import_upload)
}
