//! customer.password-reset-requested.v1: a customer gets a link to another password.

use contracts::{events::CustomerPasswordResetRequested, one_time::Purpose};
use kernel::Problem;
use lambda::consume::{self, Event};
use notification::{Address, LinkMails, template::RESET_PASSWORD};

async fn email_link(
    mails: &'static LinkMails,
    event: Event<CustomerPasswordResetRequested>,
) -> Result<(), Problem> {
    let (customer, token) = (event.data.customer_id, event.data.token_id);
    let link = (Purpose::ResetPassword, token);
    mails
        .send(
            RESET_PASSWORD,
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
