//! GET /v1/sellers/{id}/business: a seller or an admin sees a business, its numbers in part.

use business::{BusinessView, Businesses};
use lambda::http::{self, Outcome, Request};

async fn get_business(businesses: &'static Businesses, request: Request) -> Outcome<BusinessView> {
    let business = businesses.reached(&request).await?;
    Ok(http::ok(&business.view())?.version(business.rev))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Businesses::start, get_business)
}
