//! `PUT /v1/sellers/{id}/staff/{customer_id}`: an owner gives someone of the staff another role.

use kernel::Code;
use lambda::http::{self, Json, Outcome, Request};
use schemars::JsonSchema;
use seller::{Job, MemberView, Sellers};
use serde::Deserialize;

/// As what.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewJob {
    /// What they are from now on.
    role: Job,
}

async fn change_staff_role(
    sellers: &'static Sellers,
    request: Request<Json<NewJob>>,
) -> Outcome<MemberView> {
    let member = sellers.reached_member(&request).await?;
    let next = member.becomes(request.input.0.role);
    let reply = http::ok(&next.view().ok_or(Code::StaffNotFound)?)?;
    if next == member.value {
        return Ok(reply);
    }
    let intent = request.intent();
    sellers.reassign(&member, &next, intent, reply).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Sellers::start, change_staff_role)
}
