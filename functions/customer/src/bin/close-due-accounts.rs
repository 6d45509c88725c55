//! Every hour: closes for good the accounts whose owners did not want them back in time.

use customer::Accounts;
use kernel::Problem;
use lambda::schedule::{self, Tick};

async fn close_due_accounts(accounts: &'static Accounts, tick: Tick) -> Result<(), Problem> {
    let due = accounts.due(tick.now).await?;
    let closed = schedule::each(due, |account| {
        accounts.close_for_good(account, |step| tick.step(step))
    });
    closed.await
}

pub(crate) fn main() -> lambda::Exit {
    schedule::serve(Accounts::start, close_due_accounts)
}
