//! customer.admin-invited.v1: someone gets a link that makes them an admin.

use contracts::events::CustomerAdminInvited;
use kernel::Problem;
use lambda::consume::{self, Event};
use notification::{LinkMails, template::ADMIN_INVITATION};

async fn email_link(
    mails: &'static LinkMails,
    event: Event<CustomerAdminInvited>,
) -> Result<(), Problem> {
    let invitation = (event.data.invitation_id, event.data.invited_by);
    mails
        .invite_admin(ADMIN_INVITATION, invitation, event.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(LinkMails::start, email_link)
}
