//! queue arrivals: documents have come; each is looked at, and kept where no form leads.

use business::{Arrival, Businesses};
use kernel::Problem;
use lambda::queue::{self, Work};

async fn attach_business_document(
    businesses: &'static Businesses,
    work: Work<Arrival>,
) -> Result<(), Problem> {
    for place in work.body.places() {
        let step = work.step(place.to_string());
        businesses.attach(place, &step).await?;
    }
    Ok(())
}

pub(crate) fn main() -> lambda::Exit {
    queue::serve(Businesses::start, attach_business_document)
}
