//! payment.refunded, payment.refund-failed: an order learns what was given back, and whether a return has ended by it.

use kernel::Problem;
use lambda::consume::{self, Event};
use order::{Orders, money::Repayment};

async fn end_return(orders: &'static Orders, event: Event<Repayment>) -> Result<(), Problem> {
    let (said, now) = (&event.data, event.now());
    orders
        .learn(
            said.order(),
            |order| order.hear_repayment(said, now),
            event.intent(),
        )
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Orders::start, end_return)
}
