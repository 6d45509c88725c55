//! customer.email-changed.v1: the address that an account had is told that it has another.

use contracts::events::CustomerEmailChanged;
use kernel::Problem;
use lambda::consume::{self, Event};
use notification::{Address, Mails, template::EMAIL_CHANGED};

async fn email_notice(
    mails: &'static Mails,
    event: Event<CustomerEmailChanged>,
) -> Result<(), Problem> {
    let (customer, former) = (event.data.customer_id, Address::Former(event.data.token_id));
    mails
        .send_of_account(EMAIL_CHANGED, customer, former, None, event.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Mails::start, email_notice)
}
