//! Orders that guests have placed with a customer's address become the customer's, once the customer has shown to
//! read the mail to it.
//!
//! The event starts a walk through those orders, a page a message. Each step decides by what is stored at that
//! moment, so a page that comes twice, a crash in the middle and a claim by link meanwhile all come to the same. An
//! order that is placed without the account later is not met: its link claims it.

use contracts::events::{CustomerEmailChanged, CustomerEmailVerified};
use dynamo::table::Position;
use kernel::{CustomerId, Problem};
use lambda::{Platform, aws::Sqs, queue::Work};
use serde::{Deserialize, Serialize};

use crate::store::Orders;

/// So many orders are claimed in one go: each is a transaction of about 25 ms.
const PAGE: usize = 25;

lambda::one_of! {
    /// A customer has shown to read the mail to an address.
    pub enum EmailShown {
        Verified(CustomerEmailVerified),
        Changed(CustomerEmailChanged),
    }
}

impl EmailShown {
    /// Which customer.
    pub fn customer(&self) -> CustomerId {
        match self {
            Self::Verified(event) => event.customer_id,
            Self::Changed(event) => event.customer_id,
        }
    }
}

/// Part of the orders that a customer has placed as a guest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClaimPage {
    customer_id: CustomerId,
    /// Those after this place; from the first unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<Position>,
}

/// What the walk needs.
#[derive(Debug)]
pub struct Claims {
    orders: Orders,
    sqs: Sqs,
    queue: String,
}

impl Claims {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            orders: Orders::start(platform).await?,
            sqs: Sqs::connect(&platform.connection),
            queue: platform.setting("QUEUE_CLAIMS_URL")?.to_owned(),
        })
    }

    /// Begins a walk, if there is anything to claim.
    pub async fn begin(&self, customer_id: CustomerId) -> Result<(), Problem> {
        let Some(email) = self.orders.verified(customer_id).await? else {
            return Ok(());
        };
        if !self.orders.guest_has_ordered(&email).await? {
            return Ok(());
        }
        let after = None;
        self.send(&ClaimPage { customer_id, after }).await
    }

    /// Claims one page, and sends for the next.
    pub async fn take(&self, work: &Work<ClaimPage>) -> Result<(), Problem> {
        let ClaimPage { customer_id, after } = work.body.clone();
        // The account may have been closed or have moved since.
        let Some(email) = self.orders.verified(customer_id).await? else {
            return Ok(());
        };
        let taken = self
            .orders
            .claim_some((customer_id, &email), (PAGE, after), |key| work.step(key));
        match taken.await? {
            Some(after) => {
                let after = Some(after);
                self.send(&ClaimPage { customer_id, after }).await
            }
            None => Ok(()),
        }
    }

    async fn send(&self, page: &ClaimPage) -> Result<(), Problem> {
        let message = serde_json::to_string(page).map_err(Problem::internal)?;
        self.sqs.send(&self.queue, message, &[]).await
    }
}
