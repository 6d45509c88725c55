//! session.token-reused.v1: a customer is told that a device was logged out, and why.

use contracts::events::SessionTokenReused;
use kernel::Problem;
use lambda::consume::{self, Event};
use notification::{Address, Mails, template::SESSION_ENDED};

async fn email_notice(
    mails: &'static Mails,
    event: Event<SessionTokenReused>,
) -> Result<(), Problem> {
    let customer = event.data.customer_id;
    mails
        .send_of_account(
            SESSION_ENDED,
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
