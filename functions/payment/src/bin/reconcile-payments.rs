//! Every minute: holds the payments that have moved against the provider's books, and flags what differs; looks again at
//! some of those that have not.

use kernel::Problem;
use lambda::schedule::{self, Tick};
use payment::{Payments, Verdict};

const DISCREPANCIES: &str = "payment_discrepancies";

async fn reconcile_payments(payments: &'static Payments, tick: Tick) -> Result<(), Problem> {
    let due = payments.due(tick.now).await?;
    let inspected = tick.inspect(DISCREPANCIES, due, |inspection, step| async move {
        payments.inspect(&inspection, &step).await
    });
    let inspected = inspected.await;
    let tick = &tick;
    let checked = schedule::each(payments.unchecked().await?, |payment| async move {
        let step = tick.step(format!("check {} at {}", payment.payment_id, payment.rev));
        if payments.reconcile(&payment, &step).await? == Verdict::Differs {
            tick.platform.count(DISCREPANCIES, 1);
        }
        Ok(())
    });
    checked.await.and(inspected)
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Payments::start, reconcile_payments)
}
