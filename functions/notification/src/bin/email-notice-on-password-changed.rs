//! customer.password-changed.v1: a customer is told that the password is another.

use contracts::events::CustomerPasswordChanged;
use kernel::Problem;
use lambda::consume::{self, Event};
use notification::{Address, Mails, template::PASSWORD_CHANGED};

async fn email_notice(
    mails: &'static Mails,
    event: Event<CustomerPasswordChanged>,
) -> Result<(), Problem> {
    let customer = event.data.customer_id;
    mails
        .send_of_account(
            PASSWORD_CHANGED,
            customer,
            Address::Present,
            None,
            event.intent(),
        )
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Mails::start, email_notice)
}
