//! payment.payout-scheduled.v1: has the provider pay a seller what is off its account.

use contracts::events::PaymentPayoutScheduled;
use kernel::Problem;
use lambda::consume::{self, Event};
use payment::{Payouts, payout::Status};

async fn send_payout(
    payouts: &'static Payouts,
    event: Event<PaymentPayoutScheduled>,
) -> Result<(), Problem> {
    let payout = payouts.payout(event.data.payout_id).await?;
    let payout = payout.ok_or_else(|| Problem::internal("no payout was made"))?;
    if payout.status != Status::Pending {
        return Ok(());
    }
    let said = payouts.send(&payout).await?;
    payouts.sent(&payout, &said, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Payouts::start, send_payout)
}
