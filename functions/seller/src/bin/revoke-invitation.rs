//! `DELETE /v1/sellers/{id}/staff/invitations/{invitation_id}`: an owner takes an invitation back.

use lambda::http::{self, Outcome, Request};
use seller::Sellers;

async fn revoke_invitation(sellers: &'static Sellers, request: Request) -> Outcome<()> {
    let invitation = sellers.reached_invitation(&request).await?;
    let reply = http::no_content()?;
    sellers.revoke(&invitation, request.intent(), reply).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Sellers::start, revoke_invitation)
}
