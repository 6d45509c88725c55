//! queue spreads: one page of those who have a role that changed; announces what they may do now.

use kernel::Problem;
use lambda::queue::{self, Work};
use role::{HoldersPage, Spread};

async fn tell_role_holders(
    spread: &'static Spread,
    work: Work<HoldersPage>,
) -> Result<(), Problem> {
    spread.tell(&work).await
}

pub(crate) fn main() -> lambda::Exit {
    queue::serve(Spread::start, tell_role_holders)
}
