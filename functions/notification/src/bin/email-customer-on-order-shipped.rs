//! order.shipped.v1: an order is on its way, and who placed it reads so.

use contracts::events::OrderShipped;
use kernel::Problem;
use lambda::consume::{self, Event};
use notification::{Mails, template::ORDER_SHIPPED};

async fn email_customer(mails: &'static Mails, event: Event<OrderShipped>) -> Result<(), Problem> {
    let order = event.data.order_id;
    mails.send(ORDER_SHIPPED, order, None, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Mails::start, email_customer)
}
