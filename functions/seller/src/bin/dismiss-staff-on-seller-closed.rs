//! seller.closed.v1: a seller has ended, and nobody works for it any more.

use contracts::events::SellerClosed;
use kernel::Problem;
use lambda::consume::{self, Event};
use seller::Sellers;

async fn dismiss_staff(
    sellers: &'static Sellers,
    event: Event<SellerClosed>,
) -> Result<(), Problem> {
    sellers.dismiss(event.data.seller_id, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Sellers::start, dismiss_staff)
}
