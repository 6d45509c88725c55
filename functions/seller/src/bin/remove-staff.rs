//! `DELETE /v1/sellers/{id}/staff/{customer_id}`: an owner takes someone off the staff, or someone leaves it.

use lambda::http::{self, Outcome, Request};
use seller::Sellers;

async fn remove_staff(sellers: &'static Sellers, request: Request) -> Outcome<()> {
    let member = sellers.reached_member(&request).await?;
    let reply = http::no_content()?;
    sellers.remove(&member, request.intent(), reply).await
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Sellers::start, remove_staff)
}
