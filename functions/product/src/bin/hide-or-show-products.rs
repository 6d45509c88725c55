//! queue standings: what a seller has is hidden or shown, as the seller stands.

use kernel::Problem;
use lambda::queue::{self, Work};
use product::{Doorkeeper, standing::Walk};

async fn hide_or_show_products(door: &'static Doorkeeper, work: Work<Walk>) -> Result<(), Problem> {
    door.run(&work).await
}

pub(crate) fn main() -> lambda::Exit {
    queue::serve(Doorkeeper::start, hide_or_show_products)
}
