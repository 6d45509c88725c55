//! Payments that have moved, and are held against the provider's books; and all of them, now and then, whether they
//! still are what they were.

use std::time::Duration;

use contracts::events::PaymentDiscrepancyFound;
use dynamo::{Finding, Inspection, Intent, Look, Query, Settled, Stored, inspection::PATIENCE};
use kernel::{Problem, Timestamp};

use super::{Payments, key_of, step_of};
use crate::{
    payment::Payment,
    provider::{Entry, Trouble},
    reconcile::Verdict,
};

/// The index of payments that wait to be held against the books, and its one partition.
pub(super) const BY_UNCHECKED: &str = "by-unchecked";
pub(super) const UNCHECKED: &str = "unchecked";
/// How many of them one run takes on: each is a question to the provider.
const CHECKED_AT_ONCE: usize = 50;
/// What has stood still for longer in the middle of something stands still for good.
const LONGEST_STEP: Duration = Duration::from_hours(24);

impl Payments {
    /// The payments that wait to be held against the provider's books, the longest first.
    pub async fn unchecked(&self) -> Result<Vec<Stored<Payment>>, Problem> {
        let run = Query::index(BY_UNCHECKED, UNCHECKED).limit(CHECKED_AT_ONCE);
        self.table.query(run).await
    }

    /// The inspections of payments that are due.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<Stored<Inspection>>, Problem> {
        self.table.due(now, CHECKED_AT_ONCE).await
    }

    /// Looks at a payment, whether it moves or not; whether anything is wrong with it.
    pub async fn inspect(
        &self,
        inspection: &Stored<Inspection>,
        intent: &Intent,
    ) -> Result<bool, Problem> {
        let finding = self.look(inspection, intent).await?;
        let concluded = (inspection, finding);
        let done = self.commands.conclude(&self.table, concluded, intent);
        done.await
    }

    async fn look(&self, inspection: &Inspection, intent: &Intent) -> Result<Finding, Problem> {
        let id = inspection.about().trim_start_matches("payment#");
        let id = id.parse().map_err(Problem::internal)?;
        let payment = match self.table.look_at::<Payment>(&key_of(id)).await? {
            Look::Missing => return Ok(Finding::Wrong("a payment is gone")),
            Look::Unreadable => return Ok(Finding::Wrong("a payment cannot be read")),
            Look::There(payment) => payment,
        };
        if payment.payment_id != id {
            return Ok(Finding::Wrong("a payment is another one"));
        }
        if intent.now.since(payment.updated_at) < PATIENCE {
            return Ok(Finding::Busy);
        }
        if let Some(how) = payment.contradiction() {
            return Ok(Finding::Wrong(how));
        }
        if !payment.is_settled() {
            // A tombstone goes nowhere; what is looked after is written anew with each look.
            let is_asleep = intent.now.since(payment.updated_at) > LONGEST_STEP;
            return Ok(if is_asleep && payment.method.is_some() {
                Finding::Wrong("a payment stands still in the middle of something")
            } else {
                Finding::Whole
            });
        }
        if !self.is_credit_booked(&payment).await? {
            let how = "the store credit of a payment is not what is booked of it";
            // The payment was read first: it may have moved, and was booked.
            return Ok(if self.table.has_moved(&payment).await? {
                Finding::Busy
            } else {
                Finding::Wrong(how)
            });
        }
        match self.look_up(&payment).await {
            Err(Trouble::Mismatch) => {
                return Ok(Finding::Wrong("a payment is not the one of its charge"));
            }
            found => found?,
        };
        let books = self.entries_of(&payment).await?;
        if payment.verdict(&books)? == Verdict::Differs && payment.unchecked_since.is_none() {
            // What differs is flagged as if it had moved: after its disputes were followed, and with both sides.
            let next = payment.value.clone().moved(intent.now);
            let mut command = self.commands.begin(&step_of(intent, "again"));
            command.update(&self.table, &payment, &next);
            command.settle().await?;
        }
        Ok(Finding::Whole)
    }

    /// What the provider's books have of a payment: nothing, where it was never to be asked.
    async fn entries_of(&self, payment: &Payment) -> Result<Vec<Entry>, Trouble> {
        if !payment.asks_provider() {
            return Ok(Vec::new());
        }
        self.provider.entries(&payment.charge()).await
    }

    /// Holds a payment against the provider's books, and announces a difference: once a revision of the payment. A
    /// dispute that nobody has told of is no difference: it is followed first.
    pub async fn reconcile(
        &self,
        payment: &Stored<Payment>,
        intent: &Intent,
    ) -> Result<Verdict, Problem> {
        // The payment was read first: what has begun since is in its next revision, and this one is not written.
        let books = self.entries_of(payment).await?;
        let is_told = payment.sums()?.disputed == payment.sums_of(&books)?.disputed;
        let followed = if is_told {
            None
        } else {
            self.follow_disputes(payment, intent).await?
        };
        let payment = followed.as_ref().unwrap_or(payment);
        if !payment.is_settled() {
            return Ok(Verdict::Equal);
        }
        let verdict = payment.verdict(&books)?;
        let mut command = self.commands.begin(intent);
        command.update(&self.table, payment, &payment.checked());
        if verdict == Verdict::Differs {
            let (payment_id, order_id) = (payment.payment_id, payment.order_id);
            let found = PaymentDiscrepancyFound {
                payment_id,
                order_id,
                payment_revision: payment.rev,
                payment: payment.sums()?,
                provider: payment.sums_of(&books)?,
            };
            command.publish(payment.rev + 1, &found);
            command.audit("payment.flag", payment_id);
        }
        match command.settle().await {
            // It has moved since, and is looked at again when it has settled.
            Err(problem) if problem.is_contention() => Ok(Verdict::Equal),
            Ok(Settled::Before) => Ok(Verdict::Equal),
            Ok(Settled::Now) => {
                if verdict == Verdict::Differs {
                    tracing::error!(payment.id = %payment.payment_id, "a payment and the provider's books differ");
                }
                Ok(verdict)
            }
            Err(problem) => Err(problem),
        }
    }
}
