//! order.cancelled.v1: an order is off, and who placed it reads why.

use contracts::events::{CancelReason, OrderCancelled};
use kernel::Problem;
use lambda::consume::{self, Event};
use notification::{Mails, template::ORDER_CANCELLED};

fn in_words(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::OutOfStock => "There was not enough of it left.",
        CancelReason::PaymentDeclined => "The payment was declined.",
        CancelReason::Customer => "You asked for it.",
        CancelReason::Expired => "It could not be completed in time.",
        CancelReason::HoldLimit => "More was ordered than we hold for one customer at a time.",
        CancelReason::Rejected => "What you ordered cannot be sent.",
    }
}

async fn email_customer(
    mails: &'static Mails,
    event: Event<OrderCancelled>,
) -> Result<(), Problem> {
    let order = event.data.order_id;
    let reason = Some(in_words(event.data.reason));
    // That an order is off is told twice; whoever reads of it reads of it once.
    let once = event.step(format!("{order} cancelled"));
    mails.send(ORDER_CANCELLED, order, reason, &once).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Mails::start, email_customer)
}
