//! order.return-received.v1: gives the price of goods back that a customer has sent back; their seller bears it.

use contracts::events::OrderReturnReceived;
use kernel::Problem;
use lambda::consume::{self, Event};
use payment::Records;

async fn refund_return(
    payments: &'static Records,
    event: Event<OrderReturnReceived>,
) -> Result<(), Problem> {
    payments.take_back(&event.data, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Records::open, refund_return)
}
