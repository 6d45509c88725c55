//! Every hour: businesses whose documents have expired must be verified again; files that were removed are deleted.

use business::Businesses;
use kernel::Problem;
use lambda::schedule::{self, Tick};

async fn expire_business_documents(
    businesses: &'static Businesses,
    tick: Tick,
) -> Result<(), Problem> {
    let mut outcome = Ok(());
    for seller in businesses.due(tick.now).await? {
        // A business that fails must not keep the others waiting.
        let tidied = businesses.tidy(seller, |step| tick.step(step));
        outcome = tidied.await.and(outcome);
    }
    outcome
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Businesses::start, expire_business_documents)
}
