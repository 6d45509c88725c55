//! Attempts at paying: another method is written down, the provider is asked for it, and what an earlier one may hold is
//! let go.

use dynamo::{Intent, Stored};
use kernel::{Problem, Reply};

use super::{Payments, Records};
use crate::{
    attempt::Terms,
    lifecycle::Status,
    payment::{Payment, PaymentView},
    provider::{Charge, Hold, Trouble},
};

impl Records {
    /// Writes down another method of a payment, and has the provider asked for it.
    pub async fn begin_attempt(
        &self,
        payment: &Stored<Payment>,
        next: &Payment,
        intent: &Intent,
        reply: Reply<PaymentView>,
    ) -> Result<Reply<PaymentView>, Problem> {
        let mut command = self.commands.begin(intent);
        command.update(&self.table, payment, next);
        command.publish(payment.rev + 1, &next.told_attempted());
        command.audit("payment.request-attempt", payment.payment_id);
        command.commit(reply).await
    }
}

impl Payments {
    /// Has the provider hold the money of a payment, as its order or its customer asks for, and records what it says.
    /// What was said before is said again.
    pub async fn have_held(
        &self,
        payment: &Stored<Payment>,
        terms: Terms,
        intent: &Intent,
    ) -> Result<(), Problem> {
        match payment.status {
            Status::Pending | Status::Unknown => {
                // Asked again, the provider does nothing twice and says what it said, or what got lost.
                let said = self.ask(payment).await;
                self.record(payment, (said, terms), intent).await
            }
            Status::Voided => {
                // The order is off. If it was cancelled while the provider was being asked, what it holds goes.
                self.let_go(payment, intent).await
            }
            _ => self.answer_again(payment, intent).await,
        }
    }

    /// Asks the provider for the current attempt, once it has let go of whatever it may hold for the one before: of two
    /// charges for one order never both are held. Where store credit pays for all of it, nobody is asked.
    pub(super) async fn authorize(&self, payment: &Payment) -> Result<Hold, Trouble> {
        if !payment.asks_provider() {
            return Ok(Hold::Held);
        }
        if let Some(before) = payment.earlier_charges().next() {
            match self.let_go_of(&before).await {
                // That one's answer: for the current attempt it was not asked yet.
                Err(Trouble::AnswerLost) => return Err(Trouble::Unavailable),
                closed => closed?,
            }
        }
        self.provider.authorize(&payment.charge()).await
    }

    /// Has the provider let go of a charge that another has followed. It was declined, so nothing is recorded of that;
    /// if anything was held all the same, someone should know.
    pub(super) async fn let_go_of(&self, earlier: &Charge) -> Result<(), Trouble> {
        if self.provider.void(earlier).await? {
            tracing::warn!(
                charge.key = earlier.key,
                "the provider held money for an attempt that it had declined"
            );
        }
        Ok(())
    }
}
