//! queue claims: one page of the orders that a customer has placed as a guest; makes them the customer's.

use kernel::Problem;
use lambda::queue::{self, Work};
use order::{ClaimPage, Claims};

async fn claim_guest_orders(claims: &'static Claims, work: Work<ClaimPage>) -> Result<(), Problem> {
    claims.take(&work).await
}

pub(crate) fn main() -> lambda::Exit {
    queue::serve(Claims::start, claim_guest_orders)
}
