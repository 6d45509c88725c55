//! POST /v1/sellers/{id}/business/verify: its reviewer finds a business to be who it says.

use business::{BusinessView, Businesses};
use lambda::http::{self, Outcome, Request};

async fn verify_business(
    businesses: &'static Businesses,
    request: Request,
) -> Outcome<BusinessView> {
    let business = businesses.reached(&request).await?;
    let turn = business.verify(request.customer()?, request.now)?;
    businesses
        .turn(&business, &turn, "business.verify", request.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Businesses::start, verify_business)
}
