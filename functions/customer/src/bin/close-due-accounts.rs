//! Every hour: closes for good the accounts whose owners did not want them back in time.

use customer::Accounts;
use kernel::Problem;
use lambda::schedule::{self, Tick};

async fn close_due_accounts(accounts: &'static Accounts, tick: Tick) -> Result<(), Problem> {
    let mut outcome = Ok(());
    for account in accounts.due(tick.now).await? {
        // An account that fails must not keep the others waiting.
        let closed = accounts.close_for_good(account, |step| tick.step(step));
        outcome = closed.await.and(outcome);
    }
    outcome
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Accounts::start, close_due_accounts)
}
