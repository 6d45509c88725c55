//! customer.email-verification-requested.v1: a customer gets a link that verifies the address.

use contracts::{events::CustomerEmailVerificationRequested, one_time::Purpose};
use kernel::Problem;
use lambda::consume::{self, Event};
use notification::{Address, LinkMails, template::VERIFY_EMAIL};

async fn email_link(
    mails: &'static LinkMails,
    event: Event<CustomerEmailVerificationRequested>,
) -> Result<(), Problem> {
    let (customer, token) = (event.data.customer_id, event.data.token_id);
    let link = (Purpose::VerifyEmail, token);
    mails
        .send(
            VERIFY_EMAIL,
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
