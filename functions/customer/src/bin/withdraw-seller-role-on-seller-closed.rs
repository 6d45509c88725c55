//! seller.closed.v1, seller.rejected.v1: someone does not sell, and has the role no longer.

use contracts::events::{SellerClosed, SellerRejected};
use customer::Accounts;
use kernel::Problem;
use lambda::consume::{self, Event};

lambda::one_of! {
    enum SellerEnds { Closed(SellerClosed), Rejected(SellerRejected) }
}

async fn withdraw_seller_role(
    accounts: &'static Accounts,
    event: Event<SellerEnds>,
) -> Result<(), Problem> {
    let owner = match &event.data {
        SellerEnds::Closed(closed) => closed.customer_id,
        SellerEnds::Rejected(rejected) => rejected.customer_id,
    };
    let revision = event.metadata.aggregate.revision;
    accounts.sell(owner, false, revision, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Accounts::start, withdraw_seller_role)
}
