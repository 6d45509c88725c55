//! DELETE /v1/admin/invitations/{id}: a super admin takes an invitation back.

use customer::Accounts;
use lambda::http::{self, Outcome, Request};

async fn revoke_admin_invitation(accounts: &'static Accounts, request: Request) -> Outcome<()> {
    let invitation = accounts.reached_admin_invitation(&request).await?;
    let reply = http::no_content()?;
    accounts
        .revoke_admin_invitation(&invitation, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, revoke_admin_invitation)
}
