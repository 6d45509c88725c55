//! seller.suspended.v1, seller.reinstated.v1, seller.closed.v1: a suspended seller is not paid out; one that is back is,
//! and one that has ended is paid what is left.

use contracts::events::{SellerClosed, SellerReinstated, SellerSuspended};
use kernel::Problem;
use lambda::consume::{self, Event};
use payment::PayoutRecords;

lambda::one_of! {
    enum SellerTurns { Suspended(SellerSuspended), Reinstated(SellerReinstated), Closed(SellerClosed) }
}

async fn hold_payouts(
    payouts: &'static PayoutRecords,
    event: Event<SellerTurns>,
) -> Result<(), Problem> {
    let (seller, on_hold) = match &event.data {
        SellerTurns::Suspended(suspended) => (suspended.seller_id, true),
        SellerTurns::Reinstated(reinstated) => (reinstated.seller_id, false),
        SellerTurns::Closed(closed) => (closed.seller_id, false),
    };
    let revision = event.metadata.aggregate.revision;
    payouts
        .hear(seller, (on_hold, revision), event.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(PayoutRecords::open, hold_payouts)
}
