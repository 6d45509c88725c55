//! seller.staff-invited.v1: someone gets a link that makes them a seller's staff.

use contracts::events::SellerStaffInvited;
use kernel::Problem;
use lambda::consume::{self, Event};
use notification::{LinkMails, template::STAFF_INVITATION};

async fn email_link(
    mails: &'static LinkMails,
    event: Event<SellerStaffInvited>,
) -> Result<(), Problem> {
    let (seller, invitation) = (event.data.seller_id, event.data.invitation_id);
    mails
        .invite(STAFF_INVITATION, seller, invitation, event.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(LinkMails::start, email_link)
}
