//! payment.action-required.v1: a payment waits for its customer, and what is held for the order waits with it.

use contracts::events::PaymentActionRequired;
use inventory::Shelves;
use kernel::Problem;
use lambda::consume::{self, Event};

async fn keep_stock(
    shelves: &'static Shelves,
    event: Event<PaymentActionRequired>,
) -> Result<(), Problem> {
    shelves.wait_for(&event.data, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Shelves::start, keep_stock)
}
