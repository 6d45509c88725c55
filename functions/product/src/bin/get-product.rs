//! GET /v1/products/{id}: one product; a draft only for those who may change it.

use lambda::http::{self, Outcome, Request};
use product::{Catalogue, ProductView};

async fn get_product(catalogue: &'static Catalogue, request: Request) -> Outcome<ProductView> {
    let product = catalogue.seen(&request).await?;
    let version = product.rev;
    Ok(http::ok(&catalogue.show(product, &request))?.version(version))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Catalogue::start, get_product)
}
