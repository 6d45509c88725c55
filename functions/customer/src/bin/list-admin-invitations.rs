//! GET /v1/admin/invitations: a super admin sees who was invited to become an admin and has not come yet.

use customer::{Accounts, AdminInvitationView};
use kernel::{Page, page::Part};
use lambda::http::{self, Outcome, Query, Request};

async fn list_admin_invitations(
    accounts: &'static Accounts,
    request: Request<Query<Part>>,
) -> Outcome<Page<AdminInvitationView>> {
    let Query(part) = &request.input;
    let cursors = request.platform.cursors()?;
    let from = (&cursors, part.cursor.as_deref());
    let page = accounts.admin_invitations(part.limit, from, request.now);
    http::ok(
        &page
            .await?
            .map(|invitation| invitation.view(invitation.created_at)),
    )
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, list_admin_invitations)
}
