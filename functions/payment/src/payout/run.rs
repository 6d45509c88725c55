//! The day's round: every seller that is owed something is laid into a queue, and paid out by whoever takes it from
//! there, apart from all others.

use kernel::{Problem, SellerId, Timestamp};
use lambda::{Platform, aws::Sqs, schedule};
use serde::{Deserialize, Serialize};

use crate::{provider::Provider, store::Ledger};

/// A seller is to be paid out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Due {
    /// Who.
    pub seller_id: SellerId,
    /// On which day: `2026-11-28`.
    pub day: String,
}

impl Due {
    /// A seller, at that moment.
    pub fn new(seller_id: SellerId, now: Timestamp) -> Self {
        let day = now.to_string();
        Self {
            seller_id,
            day: day.split('T').next().unwrap_or_default().to_owned(),
        }
    }

    /// What it is known by: a seller is handled once a day, however often that is told.
    pub fn step(&self) -> String {
        format!("{} on {}", self.seller_id, self.day)
    }
}

/// Makes the round.
#[derive(Debug)]
pub struct PayoutRun {
    provider: Provider,
    ledger: Ledger,
    sqs: Sqs,
    queue: String,
}

impl PayoutRun {
    /// With the queue of the stage.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            provider: platform.parsed("PAYMENT_PROVIDER")?,
            ledger: Ledger::start(platform).await?,
            sqs: Sqs::connect(&platform.connection),
            queue: platform.setting("QUEUE_PAYOUTS_URL")?.to_owned(),
        })
    }

    /// Lays every seller that is owed something into the queue; none, where the provider pays nobody out.
    pub async fn begin(&self, now: Timestamp) -> Result<(), Problem> {
        if !self.provider.pays_out() {
            return Ok(());
        }
        let (mut outcome, mut after) = (Ok(()), None);
        loop {
            let (accounts, next) = self.ledger.of_sellers(after).await?;
            let owed = accounts.iter().filter(|account| account.is_owed());
            let sellers: Vec<_> = owed.filter_map(|account| account.seller()).collect();
            let laid = schedule::each(sellers, |seller| async move {
                self.lay(&Due::new(seller, now)).await
            });
            outcome = laid.await.and(outcome);
            if next.is_none() {
                return outcome;
            }
            after = next;
        }
    }

    async fn lay(&self, due: &Due) -> Result<(), Problem> {
        let message = serde_json::to_string(due).map_err(Problem::internal)?;
        self.sqs.send(&self.queue, message, &[]).await
    }
}
