//! order.confirmed.v1: an order stands, and who placed it reads so; who has no account gets the link to it.

use contracts::events::OrderConfirmed;
use kernel::Problem;
use lambda::consume::{self, Event};
use notification::{GuestMails, template::ORDER_CONFIRMED};

async fn email_customer(
    mails: &'static GuestMails,
    event: Event<OrderConfirmed>,
) -> Result<(), Problem> {
    let order = event.data.order_id;
    mails
        .send(ORDER_CONFIRMED, order, event.metadata.time, event.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(GuestMails::start, email_customer)
}
