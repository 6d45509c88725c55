//! Every minute: asks the provider for payments of which it has said nothing for too long, ends what nobody does, and
//! hears of disputes that no webhook has told of.

use std::time::Duration;

use kernel::Problem;
use lambda::schedule::{self, Tick};
use payment::{Payments, Terms};

async fn watch_open_payments(payments: &'static Payments, tick: Tick) -> Result<(), Problem> {
    let patience = Duration::from_secs(tick.platform.parsed("PAYMENT_WATCH_SECONDS")?);
    let terms = Terms::of(tick.platform)?;
    let quiet_since = tick.now.minus(patience);

    let mut outcome = Ok(());
    for payment in payments.open_since(quiet_since).await? {
        // A payment that fails must not keep the others waiting.
        let looked = payments.look_after(payment, (quiet_since, terms), |step| tick.step(step));
        outcome = looked.await.and(outcome);
    }
    let heard = payments.hear_of_disputes(|step| tick.step(step)).await;
    heard.and(outcome)
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Payments::start, watch_open_payments)
}
