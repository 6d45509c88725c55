//! PUT /v1/sellers/{id}/business: a seller says who its business legally is.

use business::{Business, BusinessInput, BusinessView, Businesses};
use lambda::http::{self, Json, Outcome, Request};

async fn register_business(
    businesses: &'static Businesses,
    request: Request<Json<BusinessInput>>,
) -> Outcome<BusinessView> {
    let Json(said) = &request.input;
    let desk = businesses.desk(&request).await?;
    let before = desk.business.as_ref();
    if let Some(before) = before {
        request.require_version(before.rev)?;
    }

    let sealing = businesses
        .sealing(&desk, said, &request.platform.ids)
        .await?;
    let turn = Business::say(
        desk.seller,
        before.map(|it| &it.value),
        said,
        &sealing.sealer,
        request.now,
    )?;
    businesses
        .register(&desk, &turn, sealing, request.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Businesses::start, register_business)
}
