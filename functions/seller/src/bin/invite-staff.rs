//! POST /v1/sellers/{id}/staff/invitations: an owner invites someone to the staff.

use kernel::EmailAddress;
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use seller::{Invitation, InvitationView, Job, Sellers};
use serde::Deserialize;

/// Whom, and as what.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewStaff {
    /// Where the mail with the link goes.
    email: EmailAddress,
    /// As what they are wanted.
    role: Job,
}

async fn invite_staff(
    sellers: &'static Sellers,
    request: Request<Json<NewStaff>>,
) -> Outcome<InvitationView> {
    let seller = sellers.reached(&request).await?;
    seller.must_sell()?;
    let Json(NewStaff { email, role }) = &request.input;
    let id = request.platform.ids.fresh(request.now);
    let invitation = Invitation::new(&seller, id, email.clone(), *role, request.now);

    let place = format!("/v1/sellers/{}/staff/invitations/{id}", seller.seller_id);
    let reply = http::created(place, &invitation.view(request.now))?;
    sellers.invite(&invitation, request.intent(), reply).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Sellers::start, invite_staff)
}
