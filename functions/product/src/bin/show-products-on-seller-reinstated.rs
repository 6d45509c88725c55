//! seller.reinstated.v1, seller.approved.v1: what a seller has comes back to the shop.

use contracts::events::{SellerApproved, SellerReinstated};
use kernel::Problem;
use lambda::consume::{self, Event};
use product::Doorkeeper;

lambda::one_of! {
    enum SellerComes { Reinstated(SellerReinstated), Approved(SellerApproved) }
}

async fn show_products(
    door: &'static Doorkeeper,
    event: Event<SellerComes>,
) -> Result<(), Problem> {
    let seller = match &event.data {
        SellerComes::Reinstated(reinstated) => reinstated.seller_id,
        SellerComes::Approved(approved) => approved.seller_id,
    };
    let revision = event.metadata.aggregate.revision;
    door.hear(seller, false, revision, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Doorkeeper::start, show_products)
}
