//! POST /v1/sellers/{id}/business/review: an admin takes the review of a business on.

use business::{BusinessView, Businesses};
use lambda::http::{self, Outcome, Request};

async fn start_business_review(
    businesses: &'static Businesses,
    request: Request,
) -> Outcome<BusinessView> {
    let business = businesses.reached(&request).await?;
    let Some(turn) = business.start_review(request.customer()?, request.now)? else {
        return Ok(http::ok(&business.view())?.version(business.rev));
    };
    businesses
        .turn(&business, &turn, "business.start-review", request.intent())
        .await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Businesses::start, start_business_review)
}
