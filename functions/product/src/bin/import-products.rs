//! POST /v1/product-imports: a seller imports a file of products; the work is done in the background.

use kernel::{Code, ImportId};
use lambda::http::{self, Body, Outcome, Query, Request};
use product::{Import, ImportParams, ImportView, Imports, import};

async fn import_products(
    imports: &'static Imports,
    request: Request<(Query<ImportParams>, Body)>,
) -> Outcome<ImportView> {
    let (Query(params), file) = &request.input;
    if !["text/csv", "application/json"].contains(&file.media_type.as_str()) {
        return Err(Code::UnsupportedMediaType.into());
    }
    let seller = request.seller()?;
    let id: ImportId = request.platform.ids.fresh(request.now);
    let currency = params.currency.unwrap_or(imports.currency());
    let import = Import::new(id, seller, currency);

    let reply = http::accepted(import::location(id), &import.view())?;
    let reply = imports.begin(&import, request.intent(), reply).await?;
    imports
        .lay(&reply, &file.media_type, file.bytes.clone())
        .await?;
    Ok(reply)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Imports::start, import_products)
}
