//! seller.approved.v1: an applicant may sell, and has the role from now on.

use contracts::events::SellerApproved;
use customer::Accounts;
use kernel::Problem;
use lambda::consume::{self, Event};

async fn grant_seller_role(
    accounts: &'static Accounts,
    event: Event<SellerApproved>,
) -> Result<(), Problem> {
    let (owner, revision) = (event.data.customer_id, event.metadata.aggregate.revision);
    accounts.sell(owner, true, revision, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Accounts::start, grant_seller_role)
}
