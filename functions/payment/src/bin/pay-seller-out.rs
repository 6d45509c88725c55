//! queue payouts: makes one seller's payout of the day, if there is anything to pay.

use kernel::Problem;
use lambda::queue::{self, Work};
use payment::{
    PayoutRecords,
    payout::{Terms, run::Due},
};

async fn pay_seller_out(payouts: &'static PayoutRecords, work: Work<Due>) -> Result<(), Problem> {
    let hold_days = work.platform.parsed("PAYOUT_HOLD_DAYS")?;
    let terms = Terms::new(hold_days, work.platform.parsed("PAYOUT_MINIMUM")?);
    // However often it is delivered, and however often the round is made.
    let once = work.step(work.body.step());
    payouts.pay_out(work.body.seller_id, terms, &once).await
}

pub(crate) fn main() -> lambda::Exit {
    queue::serve(PayoutRecords::open, pay_seller_out)
}
