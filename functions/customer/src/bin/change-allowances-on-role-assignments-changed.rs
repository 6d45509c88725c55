//! role.assignments-changed: what a customer's custom roles allow is in their tokens from now on.

use contracts::events::RoleAssignmentsChanged;
use customer::Accounts;
use kernel::Problem;
use lambda::consume::{self, Event};

async fn change_allowances(
    accounts: &'static Accounts,
    event: Event<RoleAssignmentsChanged>,
) -> Result<(), Problem> {
    let revision = event.metadata.aggregate.revision;
    // An account that is gone needs no allowances.
    let Some(customer) = accounts.customer(event.data.customer_id).await? else {
        return Ok(());
    };
    match customer.with_allowances(event.data.allowances.clone(), revision) {
        Some(next) => {
            accounts
                .change_allowances(&customer, &next, event.intent())
                .await
        }
        None => Ok(()),
    }
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Accounts::start, change_allowances)
}
