//! customer.email-verified, customer.email-changed: a customer reads the mail to an address; what guests have ordered
//! with it is to be the customer's.

use kernel::Problem;
use lambda::consume::{self, Event};
use order::{Claims, claim::EmailShown};

async fn find_guest_orders(
    claims: &'static Claims,
    event: Event<EmailShown>,
) -> Result<(), Problem> {
    claims.begin(event.data.customer()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Claims::start, find_guest_orders)
}
