//! Every hour: businesses whose documents have expired must be verified again; files that were removed are deleted.

use business::Businesses;
use kernel::Problem;
use lambda::schedule::{self, Tick};

async fn expire_business_documents(
    businesses: &'static Businesses,
    tick: Tick,
) -> Result<(), Problem> {
    let due = businesses.due(tick.now).await?;
    let tidied = schedule::each(due, |seller| {
        businesses.tidy(seller, |step| tick.step(step))
    });
    tidied.await
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Businesses::start, expire_business_documents)
}
