//! Payments of which the provider's last word is missing: what it says of them by webhooks, and what it is asked for
//! when it says nothing. Of disputes it is the same ([`disputes`](super::disputes)).

use dynamo::{Intent, Query, Stored};
use kernel::{PaymentId, Problem, Timestamp};

use super::{Payments, step_of};
use crate::{
    attempt::{Terms, payment_of},
    lifecycle::Status,
    payment::Payment,
    provider::{Charge, Hint, Hold, Trouble},
};

/// The index of payments that are looked after, and its one partition.
pub(super) const BY_OPEN: &str = "by-open";
pub(super) const OPEN: &str = "open";
/// How many of them one run looks after.
const WATCHED: usize = 100;

impl Payments {
    /// What the provider's books have of a payment's money; `None` where it was never asked to hold any.
    ///
    /// # Errors
    /// [`Trouble::Mismatch`], where they have another charge under its key: nothing is recorded of that.
    pub(super) async fn look_up(&self, payment: &Payment) -> Result<Option<Hold>, Trouble> {
        if !payment.asks_provider() {
            return Ok(None);
        }
        let charge = payment.charge();
        let found = self.provider.look_up(&charge).await?;
        let expected = charge.reference(self.provider.account());
        if found.as_ref().is_some_and(|found| found.about != expected) {
            tracing::error!(payment.id = %payment.payment_id, "the provider's books have another charge under a payment's key");
            return Err(Trouble::Mismatch);
        }
        Ok(found.map(|found| found.hold))
    }

    /// Looks into the provider's books, because a webhook says that something has become of a charge. What they say
    /// is recorded as an answer is; what they hold for an attempt that another has followed is let go. `false` for a
    /// webhook of which anything is not as it was asked for: it is none of ours.
    pub async fn follow(
        &self,
        hint: &Hint,
        terms: Terms,
        intent: &Intent,
    ) -> Result<bool, Problem> {
        if self.commands.is_done(intent).await? {
            return Ok(true);
        }
        let payment = match payment_of(&hint.about.key) {
            Some(id) => self.asked_for(id).await?,
            None => None,
        };
        let account = self.provider.account();
        let is_told = |charge: &Charge| charge.reference(account) == hint.about;
        let found = payment.as_ref();
        let earlier = found.and_then(|payment| payment.earlier_charges().find(is_told));
        if let Some(earlier) = earlier {
            self.let_go_of(&earlier).await?;
            self.commands.begin(intent).settle().await?;
            return Ok(true);
        }
        let Some(payment) = payment.filter(|payment| is_told(&payment.charge())) else {
            tracing::error!(
                webhook.id = hint.event,
                charge.key = hint.about.key,
                "a webhook tells of a charge that is none of ours"
            );
            return Ok(false);
        };
        let followed = self.follow_disputes(&payment, intent).await?;
        let payment = followed.ok_or(Trouble::Mismatch)?;
        match self.look_up(&payment).await? {
            Some(Hold::Held) if matches!(payment.status, Status::Declined | Status::Voided) => {
                self.let_go(&payment, intent).await?;
            }
            Some(said) => self.record(&payment, (Ok(said), terms), intent).await?,
            None => {}
        }
        // What was no news is remembered too.
        self.commands.begin(intent).settle().await?;
        Ok(true)
    }

    /// The payments that nobody has looked after since then or longer, the longest first, at most a hundred.
    pub async fn open_since(&self, since: Timestamp) -> Result<Vec<PaymentId>, Problem> {
        // Behind the instant comes a payment's id, which sorts before a tilde.
        let run = Query::index(BY_OPEN, OPEN)
            .up_to(format!("{since}#~"))
            .limit(WATCHED);
        let open = self.table.query::<Payment>(run).await?;
        Ok(open.iter().map(|payment| payment.payment_id).collect())
    }

    /// Asks the provider how it stands with a payment that nobody has looked after since `quiet_since`, and records
    /// that; ends it, where its customer should have acted by now. `step` names the step that is done once, however
    /// many watchers try.
    pub async fn look_after(
        &self,
        id: PaymentId,
        (quiet_since, terms): (Timestamp, Terms),
        step: impl Fn(String) -> Intent,
    ) -> Result<(), Problem> {
        // The index lags behind; what is decided is decided on the payment itself.
        let found = self.asked_for(id).await?;
        let is_due = |payment: &Stored<Payment>| {
            payment.open_since.is_some_and(|since| since <= quiet_since)
        };
        let Some(payment) = found.filter(is_due) else {
            return Ok(());
        };
        let intent = step(format!("{id} {}", payment.rev));
        if !payment.status.is_open() {
            return self.let_go(&payment, &intent).await;
        }
        let said = match self.look_up(&payment).await? {
            Some(said) => Some(said),
            // It was declined before anything of it came into the books.
            None if payment.asks_for_method() => None,
            // Whoever should have asked has not come so far.
            None => Some(self.authorize(&payment).await?),
        };
        let is_news = |said: &Hold| payment.after_hold(said, terms, intent.now).is_some();
        if let Some(said) = said.filter(is_news) {
            return self.record(&payment, (Ok(said), terms), &intent).await;
        }
        let Some(expired) = payment.expired(intent.now) else {
            let next = payment.put_off(intent.now);
            let mut command = self.commands.begin(&intent);
            command.update(&self.table, &payment, &next);
            command.settle().await?;
            return Ok(());
        };
        // Written before the provider is told, so that a customer who acts in this moment is too late.
        let turned = self.turn(&payment, expired, "payment.expire", &intent);
        let declined = turned.await?;
        self.let_go(&declined, &step_of(&intent, "let-go")).await
    }
}
