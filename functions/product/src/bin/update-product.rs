//! PATCH /v1/products/{id}: a seller changes a product.

use lambda::http::{self, MergePatch, Outcome, Request};
use product::{Catalogue, ProductInput, ProductView};

async fn update_product(
    catalogue: &'static Catalogue,
    request: Request<MergePatch<ProductInput>>,
) -> Outcome<ProductView> {
    let product = catalogue.reached(&request).await?;
    request.require_version(product.rev)?;

    let terms = catalogue.terms(product.seller_id);
    let said = request.input.apply(&product.input(&terms.locale)?)?;
    let next = product.change(said, &terms)?;

    let shown = catalogue.show_written(&next, Some(&product), &request);
    let reply = http::ok(&shown)?.version(product.rev + 1);
    catalogue
        .change(&product, &next, "product.update", request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Catalogue::start, update_product)
}
