//! POST /v1/products/{id}/publish: a seller puts a product into the shop.

use kernel::Code;
use lambda::http::{self, Outcome, Request};
use product::{Catalogue, ProductView};

async fn publish_product(catalogue: &'static Catalogue, request: Request) -> Outcome<ProductView> {
    let product = catalogue.reached(&request).await?;
    if product.is_published() {
        let version = product.rev;
        return Ok(http::ok(&catalogue.show(product, &request))?.version(version));
    }
    if product.hidden {
        return Err(Code::SellerSuspended.into());
    }
    let next = product.publish();

    let shown = catalogue.show_written(&next, Some(&product), &request);
    let reply = http::ok(&shown)?.version(product.rev + 1);
    catalogue
        .change(&product, &next, "product.publish", request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Catalogue::start, publish_product)
}
