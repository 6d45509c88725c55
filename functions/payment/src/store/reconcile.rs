//! Payments that have moved, and are held against the provider's books.

use contracts::events::PaymentDiscrepancyFound;
use dynamo::{Intent, Query, Settled, Stored};
use kernel::Problem;

use super::Payments;
use crate::{payment::Payment, reconcile::Verdict};

/// The index of payments that wait to be held against the books, and its one partition.
pub(super) const BY_UNCHECKED: &str = "by-unchecked";
pub(super) const UNCHECKED: &str = "unchecked";
/// How many of them one run takes on: each is a question to the provider.
const CHECKED_AT_ONCE: usize = 50;

impl Payments {
    /// The payments that wait to be held against the provider's books, the longest first.
    pub async fn unchecked(&self) -> Result<Vec<Stored<Payment>>, Problem> {
        let run = Query::index(BY_UNCHECKED, UNCHECKED).limit(CHECKED_AT_ONCE);
        self.table.query(run).await
    }

    /// Holds a payment against the provider's books, and announces a difference: once a revision of the payment. A
    /// dispute that nobody has told of is no difference: it is followed first.
    pub async fn reconcile(
        &self,
        payment: &Stored<Payment>,
        intent: &Intent,
    ) -> Result<Verdict, Problem> {
        // The payment was read first: what has begun since is in its next revision, and this one is not written.
        let books = self.provider.entries(&payment.charge()).await?;
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
