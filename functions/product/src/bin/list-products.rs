//! GET /v1/products: the shop window: what is for sale, filtered and in order.

use kernel::Page;
use lambda::http::{self, Outcome, Query, Request};
use product::{Catalogue, ProductCard, ProductFilter};

async fn list_products(
    catalogue: &'static Catalogue,
    request: Request<Query<ProductFilter>>,
) -> Outcome<Page<ProductCard>> {
    http::ok(&catalogue.list(&request.input.0, &request).await?)
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Catalogue::start, list_products)
}
