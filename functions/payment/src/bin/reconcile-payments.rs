//! Every minute: holds the payments that have moved against the provider's books, and flags what differs.

use kernel::Problem;
use lambda::schedule::{self, Tick};
use payment::{Payments, Verdict};

async fn reconcile_payments(payments: &'static Payments, tick: Tick) -> Result<(), Problem> {
    let mut outcome = Ok(());
    for payment in payments.unchecked().await? {
        let step = tick.step(format!("check {} at {}", payment.payment_id, payment.rev));
        // A payment that fails must not keep the others waiting.
        let checked = payments.reconcile(&payment, &step).await;
        if matches!(checked, Ok(Verdict::Differs)) {
            tick.platform.count("payment_discrepancies", 1);
        }
        outcome = checked.map(drop).and(outcome);
    }
    outcome
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Payments::start, reconcile_payments)
}
