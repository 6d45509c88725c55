//! order.guest-link-requested.v1: a guest gets the link to an order once more.

use contracts::events::OrderGuestLinkRequested;
use kernel::Problem;
use lambda::consume::{self, Event};
use notification::{GuestMails, template::ORDER_LINK};

async fn email_link(
    mails: &'static GuestMails,
    event: Event<OrderGuestLinkRequested>,
) -> Result<(), Problem> {
    let (order, asked) = (event.data.order_id, event.metadata.time);
    mails
        .send_link(ORDER_LINK, order, asked, event.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(GuestMails::start, email_link)
}
