//! product.published.v1, product.updated.v1: carts are filled from the catalogue as it is now.

use cart::Carts;
use contracts::events::{ProductPublished, ProductUpdated};
use kernel::Problem;
use lambda::consume::{self, Event};

lambda::one_of! {
    enum ProductChange { Published(ProductPublished), Updated(ProductUpdated) }
}

async fn update_offers(carts: &'static Carts, event: Event<ProductChange>) -> Result<(), Problem> {
    // Both say the same: all that others show of the product, at one of its revisions.
    let product = match &event.data {
        ProductChange::Published(ProductPublished(product))
        | ProductChange::Updated(ProductUpdated(product)) => product,
    };

    let revision = event.metadata.aggregate.revision;
    carts.list(product, revision, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Carts::start, update_offers)
}
