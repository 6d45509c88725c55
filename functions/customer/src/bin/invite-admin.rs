//! POST /v1/admin/invitations: a super admin invites someone to become an admin.

use customer::{Accounts, AdminInvitation, AdminInvitationView, EmailAddress};
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use serde::Deserialize;

/// Whom.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewAdmin {
    /// Where the mail with the link goes; whoever accepts must have an account with this address.
    email: EmailAddress,
}

async fn invite_admin(
    accounts: &'static Accounts,
    request: Request<Json<NewAdmin>>,
) -> Outcome<AdminInvitationView> {
    let (by, Json(NewAdmin { email })) = (request.customer()?, &request.input);
    let id = request.platform.ids.fresh(request.now);
    let invitation = AdminInvitation::new(id, by, email.clone(), request.now);

    let place = format!("/v1/admin/invitations/{id}");
    let reply = http::created(place, &invitation.view(request.now))?;
    accounts
        .invite_admin(&invitation, request.intent(), reply)
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Accounts::start, invite_admin)
}
