//! What a seller has leaves the shop when the seller is suspended or ends, and comes back when it is reinstated.
//!
//! The event notes in one item where the seller stands, and lays work into a queue: a seller may have any number of
//! products. The work goes through all of them, in pages, and each is written on the condition that the seller still
//! stands there: of two runs that cross, the one that is out of date stops. No product is added meanwhile, so that none
//! is missed.

use std::time::Duration;

use dynamo::{Intent, table::Position};
use kernel::{Problem, SellerId};
use lambda::{Platform, aws::Sqs, queue::Work};
use serde::{Deserialize, Serialize};

use crate::store::Catalogue;

/// With less time than this left, the work goes on in another invocation.
const RESERVE: Duration = Duration::from_secs(15);

/// Whether what a seller has is kept out of the shop.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Standing {
    /// Which seller.
    pub seller_id: SellerId,
    /// Whether it is.
    pub hidden: bool,
    /// The revision of the seller that has said so last.
    pub heard: u64,
}

impl Standing {
    /// What is kept after an event of this revision; nothing where a later one was heard.
    pub fn told(
        before: Option<&Self>,
        seller_id: SellerId,
        hidden: bool,
        heard: u64,
    ) -> Option<Self> {
        let is_news = before.is_none_or(|before| before.heard <= heard);
        is_news.then_some(Self {
            seller_id,
            hidden,
            heard,
        })
    }
}

/// The products of a seller are to be hidden or shown, as it stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Walk {
    seller_id: SellerId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<Position>,
}

/// Keeps what suspended sellers have out of the shop.
#[derive(Debug)]
pub struct Doorkeeper {
    catalogue: Catalogue,
    sqs: Sqs,
    queue: String,
}

impl Doorkeeper {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            catalogue: Catalogue::open(platform)?,
            sqs: Sqs::connect(&platform.connection),
            queue: platform.setting("QUEUE_STANDINGS_URL")?.to_owned(),
        })
    }

    /// Keeps where a seller stands by an event of this revision, and has its products follow. The same event again
    /// has them follow again, which changes nothing where it was done.
    pub async fn hear(
        &self,
        seller: SellerId,
        hidden: bool,
        revision: u64,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let before = self.catalogue.standing(seller).await?;
        let Some(next) = Standing::told(before.as_deref(), seller, hidden, revision) else {
            return Ok(());
        };
        if before.as_deref() != Some(&next) {
            self.catalogue.stand(before.as_ref(), &next, intent).await?;
        }
        self.go_on(seller, None).await
    }

    /// Hides or shows what a seller has, to its end or until the time is over.
    pub async fn run(&self, work: &Work<Walk>) -> Result<(), Problem> {
        let (seller, mut after) = (work.body.seller_id, work.body.after.clone());
        loop {
            let standing = self.catalogue.standing(seller).await?;
            let standing = standing.ok_or_else(|| {
                Problem::unavailable(format!("nobody has said where {seller} stands"))
            })?;
            let (products, next) = self.catalogue.of_seller(seller, after).await?;
            let out_of_place = products.iter().filter(|it| it.hidden != standing.hidden);
            for product in out_of_place {
                let step = work.step(format!("{} {}", product.product_id, product.rev));
                self.catalogue.follow(&standing, product, &step).await?;
            }
            let Some(position) = next else { return Ok(()) };
            if work.remaining() < RESERVE {
                return self.go_on(seller, Some(position)).await;
            }
            after = Some(position);
        }
    }

    async fn go_on(&self, seller_id: SellerId, after: Option<Position>) -> Result<(), Problem> {
        let walk = Walk { seller_id, after };
        let message = serde_json::to_string(&walk).map_err(Problem::internal)?;
        self.sqs.send(&self.queue, message, &[]).await
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Ids, Timestamp};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_last_word_counts_in_any_order(order in Just((1..=6_u64).collect::<Vec<_>>()).prop_shuffle()) {
            let seller = Ids::seeded(1).fresh(Timestamp::from_second(1));
            let mut standing: Option<Standing> = None;
            for revision in order.into_iter().chain([2, 5]) {
                let told = Standing::told(standing.as_ref(), seller, revision % 2 == 0, revision);
                standing = told.or(standing);
            }
            let standing = standing.unwrap();
            prop_assert_eq!((standing.hidden, standing.heard), (true, 6));
        }
    }
}
