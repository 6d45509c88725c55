//! role.changed: everyone who has the role, or one that inherits from it, is to be told.

use contracts::events::RoleChanged;
use kernel::Problem;
use lambda::consume::{self, Event};
use role::Spread;

async fn spread_role(spread: &'static Spread, event: Event<RoleChanged>) -> Result<(), Problem> {
    // Nobody had it before it was there.
    if event.metadata.aggregate.revision == 1 {
        return Ok(());
    }
    spread.begin(event.data.role_id).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Spread::start, spread_role)
}
