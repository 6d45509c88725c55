//! seller.staff-changed.v1: someone has come to a seller's staff, does something else there, or has left.

use contracts::events::SellerStaffChanged;
use customer::Accounts;
use kernel::Problem;
use lambda::consume::{self, Event};

async fn change_staff(
    accounts: &'static Accounts,
    event: Event<SellerStaffChanged>,
) -> Result<(), Problem> {
    let revision = event.metadata.aggregate.revision;
    accounts.employ(&event.data, revision, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Accounts::start, change_staff)
}
