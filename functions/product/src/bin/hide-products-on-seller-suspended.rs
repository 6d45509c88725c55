//! seller.suspended.v1, seller.rejected.v1, seller.closed.v1: what a seller has leaves the shop.

use contracts::events::{SellerClosed, SellerRejected, SellerSuspended};
use kernel::Problem;
use lambda::consume::{self, Event};
use product::Doorkeeper;

lambda::one_of! {
    enum SellerLeaves { Suspended(SellerSuspended), Rejected(SellerRejected), Closed(SellerClosed) }
}

async fn hide_products(
    door: &'static Doorkeeper,
    event: Event<SellerLeaves>,
) -> Result<(), Problem> {
    let seller = match &event.data {
        SellerLeaves::Suspended(suspended) => suspended.seller_id,
        SellerLeaves::Rejected(rejected) => rejected.seller_id,
        SellerLeaves::Closed(closed) => closed.seller_id,
    };
    let revision = event.metadata.aggregate.revision;
    door.hear(seller, true, revision, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Doorkeeper::start, hide_products)
}
