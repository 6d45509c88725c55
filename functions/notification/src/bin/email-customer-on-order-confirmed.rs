//! order.confirmed.v1: an order stands, and its customer reads so.

use contracts::events::OrderConfirmed;
use kernel::Problem;
use lambda::consume::{self, Event};
use notification::{Mails, template::ORDER_CONFIRMED};

async fn email_customer(
    mails: &'static Mails,
    event: Event<OrderConfirmed>,
) -> Result<(), Problem> {
    let (order, customer) = (event.data.order_id, event.data.customer_id);
    mails
        .send(ORDER_CONFIRMED, order, customer, None, event.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Mails::start, email_customer)
}
