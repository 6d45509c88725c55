//! customer.email-change-requested.v1: the address that an account is to have gets a link that confirms it.

use contracts::{events::CustomerEmailChangeRequested, one_time::Purpose};
use kernel::Problem;
use lambda::consume::{self, Event};
use notification::{Address, LinkMails, template::CHANGE_EMAIL};

async fn email_link(
    mails: &'static LinkMails,
    event: Event<CustomerEmailChangeRequested>,
) -> Result<(), Problem> {
    let (customer, token) = (event.data.customer_id, event.data.token_id);
    let link = (Purpose::ChangeEmail, token);
    mails
        .send(
            CHANGE_EMAIL,
            link,
            customer,
            Address::New(token),
            event.intent(),
        )
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(LinkMails::start, email_link)
}
