//! POST /v1/sellers/{id}/business/submit: a seller wants its business verified.

use business::{BusinessView, Businesses};
use lambda::http::{self, Outcome, Request};

async fn submit_business(
    businesses: &'static Businesses,
    request: Request,
) -> Outcome<BusinessView> {
    let business = businesses.reached(&request).await?;
    let turn = business.submit(request.now)?;
    businesses
        .turn(&business, &turn, "business.submit", request.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Businesses::start, submit_business)
}
