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

    let open = payments.open_since(quiet_since).await?;
    let looked = schedule::each(open, |payment| {
        payments.look_after(payment, (quiet_since, terms), |step| tick.step(step))
    });
    let looked = looked.await;
    let heard = payments.hear_of_disputes(|step| tick.step(step)).await;
    heard.and(looked)
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Payments::start, watch_open_payments)
}
