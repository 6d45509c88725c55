//! POST /v1/products: a seller adds a product, as a draft.

use lambda::http::{self, Json, Outcome, Request};
use product::{Catalogue, Product, ProductInput, ProductView};

async fn create_product(
    catalogue: &'static Catalogue,
    request: Request<Json<ProductInput>>,
) -> Outcome<ProductView> {
    let terms = catalogue.terms(request.seller()?);
    let id = request.platform.ids.fresh(request.now);
    let product = Product::draft(id, None, request.input.0.clone(), &terms)?;

    let shown = catalogue.show_written(&product, None, &request);
    let reply = http::created(format!("/v1/products/{id}"), &shown)?.version(1);
    catalogue.add(&product, request.intent(), reply).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Catalogue::start, create_product)
}
