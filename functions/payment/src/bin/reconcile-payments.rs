//! Every minute: holds the payments that have moved against the provider's books, and flags what differs; looks again at
//! some of those that have not.

use kernel::Problem;
use lambda::schedule::{self, Tick};
use payment::{Payments, Verdict};

async fn reconcile_payments(payments: &'static Payments, tick: Tick) -> Result<(), Problem> {
    let flag = || tick.platform.count("payment_discrepancies", 1);
    let mut outcome = Ok(());
    // A payment that fails must not keep the others waiting.
    for inspection in payments.due(tick.now).await? {
        let step = tick.step(inspection.name());
        let inspected = payments.inspect(&inspection, &step).await;
        if matches!(inspected, Ok(true)) {
            flag();
        }
        outcome = inspected.map(drop).and(outcome);
    }
    for payment in payments.unchecked().await? {
        let step = tick.step(format!("check {} at {}", payment.payment_id, payment.rev));
        let checked = payments.reconcile(&payment, &step).await;
        if matches!(checked, Ok(Verdict::Differs)) {
            flag();
        }
        outcome = checked.map(drop).and(outcome);
    }
    outcome
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Payments::start, reconcile_payments)
}
