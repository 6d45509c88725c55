//! GET /v1/product-imports/{id}: how far an import has come, and what was wrong with the file.

use lambda::http::{self, Outcome, Request};
use product::{ImportView, Imports};

async fn get_product_import(imports: &'static Imports, request: Request) -> Outcome<ImportView> {
    let import = imports.reached(&request).await?;
    Ok(http::ok(&import.view())?.version(import.rev))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Imports::start, get_product_import)
}
