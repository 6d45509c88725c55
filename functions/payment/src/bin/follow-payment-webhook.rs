//! queue webhooks: something has become of a charge; looks into the provider's books, and records what they say.

use kernel::Problem;
use lambda::queue::{self, Work};
use payment::{Hint, Payments, Terms};

async fn follow_payment_webhook(
    payments: &'static Payments,
    work: Work<Hint>,
) -> Result<(), Problem> {
    let terms = Terms::of(work.platform)?;
    // However often it is delivered, by the provider or by the queue.
    let once = work.step(work.body.event.clone());
    if !payments.follow(&work.body, terms, &once).await? {
        work.platform.count("provider_webhooks_refused", 1);
    }
    Ok(())
}

pub(crate) fn main() -> lambda::Exit {
    queue::serve(Payments::start, follow_payment_webhook)
}
