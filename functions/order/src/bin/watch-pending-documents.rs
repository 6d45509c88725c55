//! Every five minutes: tells once more of documents that were issued and are not printed.

use std::time::Duration;

use kernel::Problem;
use lambda::schedule::{self, Tick};
use order::Documents;

async fn watch_pending_documents(documents: &'static Documents, tick: Tick) -> Result<(), Problem> {
    let patience = Duration::from_secs(tick.platform.parsed("WATCHDOG_SECONDS")?);
    let quiet_since = tick.now.minus(patience);

    let pending = documents.pending_since(quiet_since).await?;
    let told = schedule::each(&pending, |document| {
        documents.tell_again(document, quiet_since, |step| tick.step(step))
    });
    told.await
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Documents::start, watch_pending_documents)
}
