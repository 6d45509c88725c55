//! customer.closing.v1: a customer gets a link that keeps the account.

use contracts::{events::CustomerClosing, one_time::Purpose};
use kernel::Problem;
use lambda::consume::{self, Event};
use notification::{Address, LinkMails, template::ACCOUNT_CLOSING};

async fn email_link(
    mails: &'static LinkMails,
    event: Event<CustomerClosing>,
) -> Result<(), Problem> {
    let (customer, token) = (event.data.customer_id, event.data.token_id);
    let link = (Purpose::ReopenAccount, token);
    mails
        .send(
            ACCOUNT_CLOSING,
            link,
            customer,
            Address::Present,
            event.intent(),
        )
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(LinkMails::start, email_link)
}
