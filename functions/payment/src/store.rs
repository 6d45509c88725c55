//! The table `payments`:
//!
//! | item | key | |
//! |---|---|---|
//! | `payment` | `payment#<id>` / `payment` | by-open while the provider's last word is missing: `open` / since when, and the id; by-unchecked when it has moved and is settled: `unchecked` / since when, and the id |
//! | `dispute` | `dispute#<id>` / `dispute` | by-dispute: where it stands / until when it can be answered, and the id |
//! | `disputes-heard` | `disputes` / `heard` | until when the watch has heard of disputes |
//! | `payer` | `payment#<id>` / `payer` | whose it is, where a guest's order was claimed |
//!
//! The table `ledger` is in [`ledger`].

mod announce;
mod answers;
mod attempts;
mod books;
mod credit;
mod disputes;
mod ledger;
mod payouts;
mod reconcile;
mod returns;
mod watch;

use contracts::events::{OrderCancelled, OrderClaimed, OrderStockReserved, PaymentVoided};
use dynamo::{Command, Commands, Inspection, Intent, Item, Key, Settled, Stored, Table};
use kernel::{OrderId, PaymentId, Problem, Reply};
use lambda::Platform;

pub use self::{
    books::Books,
    credit::Credits,
    disputes::DisputeFilter,
    ledger::Ledger,
    payouts::{PayoutFilter, PayoutRecords, Payouts},
};
use self::{
    reconcile::{BY_UNCHECKED, UNCHECKED},
    watch::{BY_OPEN, OPEN},
};
use crate::{
    attempt::Terms,
    capture::Capture,
    credit::Source,
    ledger::{Commission, Entry},
    lifecycle::{Input, Status},
    payment::{Payer, Payment, payment_id},
    provider::{Answer, Hold, PaymentProvider, Provider, Trouble},
    refund::{Refund, RefundView},
};

impl Item for Payment {
    const KIND: &'static str = "payment";

    fn key(&self) -> Key {
        key_of(self.payment_id)
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        let place = |since| format!("{since}#{}", self.payment_id);
        let open = self.open_since.map(place);
        let open = open.map(|place| (BY_OPEN, OPEN.to_owned(), place));
        let unchecked = self.unchecked_since.filter(|_| self.is_settled());
        let unchecked = unchecked.map(place);
        let unchecked = unchecked.map(|place| (BY_UNCHECKED, UNCHECKED.to_owned(), place));
        open.into_iter().chain(unchecked).collect()
    }
}

fn key_of(id: PaymentId) -> Key {
    Key::new(format!("payment#{id}"), "payment")
}

impl Item for Payer {
    const KIND: &'static str = "payer";

    fn key(&self) -> Key {
        payer_key(self.payment_id)
    }
}

fn payer_key(id: PaymentId) -> Key {
    Key::new(format!("payment#{id}"), "payer")
}

/// Payments, and the provider behind them.
#[derive(Debug)]
pub struct Payments<P = Box<dyn PaymentProvider>> {
    table: Table,
    journal: Table,
    commands: Commands,
    /// Who holds and moves the money.
    pub provider: P,
}

/// Payments for functions that never ask the provider: they are not told its key, nor how to call it.
pub type Records = Payments<()>;

impl Records {
    /// With the tables of the stage.
    pub async fn open(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self::with(platform, ()))
    }
}

impl<P> Payments<P> {
    fn with(platform: &Platform, provider: P) -> Self {
        Self {
            table: platform.table("payment", "payments"),
            journal: platform.table("payment", "ledger"),
            commands: platform.commands("payment"),
            provider,
        }
    }

    /// A payment that was asked for, as its payer's. A tombstone is none: nothing was ever asked.
    pub async fn find(&self, id: PaymentId) -> Result<Option<Stored<Payment>>, Problem> {
        let keys = (&key_of(id), &(self.table.clone(), payer_key(id)));
        let (found, claimed) = self.table.get_both::<Payment, Payer>(keys).await?;
        let claimed = claimed.map(|payer| payer.value);
        let asked = found.filter(|payment| payment.method.is_some());
        Ok(asked.map(|payment| Stored {
            value: payment.value.of(claimed.as_ref()),
            ..payment
        }))
    }

    /// A payment that was asked for, as it is kept: for who changes it.
    pub async fn asked_for(&self, id: PaymentId) -> Result<Option<Stored<Payment>>, Problem> {
        let found = self.table.get::<Payment>(&key_of(id)).await?;
        Ok(found.filter(|payment| payment.method.is_some()))
    }

    /// Keeps whose the payment of a claimed order is, whether it was asked for by now or not. An order is claimed
    /// once, however often that is said.
    pub async fn hand_over(&self, claimed: &OrderClaimed, intent: &Intent) -> Result<(), Problem> {
        let payer = Payer {
            payment_id: payment_id(claimed.order_id),
            customer_id: claimed.customer_id,
        };
        let mut command = self.commands.begin(&Intent {
            key: claimed.order_id.to_string(),
            ..intent.clone()
        });
        command.insert(&self.table, &payer);
        command.audit("payment.hand-over", payer.payment_id);
        command.settle().await?;
        Ok(())
    }

    /// The payment of an order, tombstones included.
    pub async fn of_order(&self, order: OrderId) -> Result<Option<Stored<Payment>>, Problem> {
        self.table.get(&key_of(payment_id(order))).await
    }

    /// Writes down what is to be given back, and has it done.
    pub async fn begin_refund(
        &self,
        payment: &Stored<Payment>,
        refund: Refund,
        intent: &Intent,
        reply: Reply<RefundView>,
    ) -> Result<Reply<RefundView>, Problem> {
        let mut command = self.commands.begin(intent);
        let number = refund.number;
        let next = payment.refunding(refund);
        command.update(&self.table, payment, &next);
        announce::refund(&mut command, payment.rev + 1, &next, number)?;
        command.audit("payment.request-refund", payment.payment_id);
        command.commit(reply).await
    }
}

impl Payments {
    /// With the tables and the provider of the stage.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        let provider: Provider = platform.parsed("PAYMENT_PROVIDER")?;
        Ok(Self::with(platform, provider.open(platform).await?))
    }

    /// The payment that an order asks for: the one there is, or a new one, written before the provider is
    /// asked, so that whoever cancels knows that it may have been. With it the store credit is held that pays some of it.
    pub async fn open(
        &self,
        order: &OrderStockReserved,
        intent: &Intent,
    ) -> Result<Stored<Payment>, Problem> {
        if let Some(there) = self.of_order(order.order_id).await? {
            return Ok(there);
        }
        let asked = Payment::asked_for(order, intent.now);
        match order.store_credit {
            Some(wanted) => self.open_with_credit(asked, wanted, intent).await,
            None => self.write_first(asked, "payment.ask", intent).await,
        }
    }

    /// Asks the provider to hold the money of an open payment. Where its answer was lost, it is first asked what
    /// it knows: a provider forgets the keys it was asked under sooner than the charges it made.
    pub async fn ask(&self, payment: &Payment) -> Result<Hold, Trouble> {
        if payment.status == Status::Unknown
            && let Some(said) = self.look_up(payment).await?
        {
            return Ok(said);
        }
        self.authorize(payment).await
    }

    /// Records what the provider said of an open payment, and tells the order.
    ///
    /// # Errors
    /// `unavailable` where it did not say: the event comes again, and so does the question.
    pub async fn record(
        &self,
        payment: &Stored<Payment>,
        (said, terms): (Result<Hold, Trouble>, Terms),
        intent: &Intent,
    ) -> Result<(), Problem> {
        let (next, action) = match &said {
            Ok(said) => {
                let next = payment.after_hold(said, terms, intent.now);
                let goes_on = next.as_ref().is_some_and(Payment::asks_for_method);
                let action = match said {
                    Hold::Held => "payment.authorize",
                    Hold::ActionRequired(_) => "payment.require-action",
                    Hold::Declined(_) if goes_on => "payment.decline-attempt",
                    Hold::Declined(_) => "payment.decline",
                };
                (next, action)
            }
            Err(Trouble::AnswerLost) => {
                let next = payment.after(Input::AnswerLost, intent.now);
                (next, "payment.lose-answer")
            }
            Err(trouble) => return Err((*trouble).into()),
        };
        let step = step_of(intent, "answer-lost");
        let step = if said.is_ok() { intent } else { &step };
        if let Some(next) = next.filter(|next| *next != payment.value) {
            self.turn(payment, next, action, step).await?;
        }
        said.map(drop).map_err(Problem::from)
    }

    /// Says again what a payment's order asks about, because the first answer did not reach it. To a second
    /// delivery of one event nothing is said again.
    pub async fn answer_again(
        &self,
        payment: &Stored<Payment>,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let mut command = self.commands.begin(intent);
        announce::payment(&mut command, payment.rev, &payment.value);
        command.settle().await?;
        Ok(())
    }

    /// Writes down a part that the provider is about to be asked for.
    pub async fn begin(
        &self,
        payment: &Stored<Payment>,
        capture: &Capture,
        intent: &Intent,
    ) -> Result<Stored<Payment>, Problem> {
        let step = step_of(intent, &format!("begin-{}", capture.number));
        let mut command = self.commands.begin(&step);
        let next = payment.with(capture.clone());
        command.update(&self.table, payment, &next);
        command.audit("payment.begin-capture", next.payment_id);
        self.go_on(command, payment, next).await
    }

    /// Asks the provider for a part of a payment's money that was just written down. Nobody is asked for store credit.
    pub async fn ask_for(&self, payment: &Payment, capture: &Capture) -> Result<Answer, Trouble> {
        if capture.source == Source::StoreCredit {
            return Ok(Answer::Done);
        }
        let (charge, part) = (payment.charge(), payment.transfer(capture));
        self.provider.capture(&charge, &part).await
    }

    /// The same for a part that it may have been asked for before.
    pub async fn ask_again(&self, payment: &Payment, capture: &Capture) -> Result<Answer, Trouble> {
        if capture.source == Source::StoreCredit {
            return Ok(Answer::Done);
        }
        let (charge, part) = (payment.charge(), payment.transfer(capture));
        match self.provider.find(&charge, &part.key).await? {
            Some(answer) => Ok(answer),
            None => self.provider.capture(&charge, &part).await,
        }
    }

    /// Records what the provider said of a part, books it and announces it.
    pub async fn captured(
        &self,
        payment: &Stored<Payment>,
        capture: &Capture,
        (said, commission): (&Answer, Commission),
        intent: &Intent,
    ) -> Result<Stored<Payment>, Problem> {
        let Some(next) = payment.after_capture(capture.number, said, intent.now)? else {
            return Ok(payment.clone());
        };
        let next = next.moved(intent.now);
        let payment_id = next.payment_id;
        let step = step_of(intent, &format!("capture-{}", capture.number));
        let mut command = self.commands.begin(&step);
        command.update(&self.table, payment, &next);
        announce::capture(&mut command, payment.rev + 1, &next, capture.number)?;
        match said {
            Answer::Done => {
                let entry = Entry::of_capture(&next, capture, commission)?;
                self.book(&mut command, &entry);
                command.audit("payment.capture", payment_id);
            }
            Answer::Declined(reason) => {
                tracing::error!(payment.id = %payment_id, capture.number, reason, "goods are shipped whose payment the provider refuses to move");
                command.audit("payment.fail-capture", payment_id);
            }
        }
        self.go_on(command, payment, next).await
    }

    /// Records that nothing more of a payment's order will be shipped: what is still held is to be let go.
    pub async fn complete(
        &self,
        payment: &Stored<Payment>,
        intent: &Intent,
    ) -> Result<Stored<Payment>, Problem> {
        let Some(next) = payment.after(Input::OrderComplete, intent.now) else {
            return Ok(payment.clone());
        };
        let mut command = self.commands.begin(&step_of(intent, "complete"));
        let next = self.release(&mut command, next).await?;
        command.update(&self.table, payment, &next);
        command.audit("payment.complete", next.payment_id);
        self.go_on(command, payment, next).await
    }

    /// Asks the provider to give money back, unless it was asked before: money is not given twice because it has
    /// forgotten a key. Nobody is asked for what goes back as store credit.
    pub async fn repay(&self, payment: &Payment, refund: &Refund) -> Result<Answer, Trouble> {
        if refund.part(Source::Card).is_zero() {
            return Ok(Answer::Done);
        }
        let (charge, part) = (payment.charge(), payment.repayment(refund));
        match self.provider.find(&charge, &part.key).await? {
            Some(answer) => Ok(answer),
            None => self.provider.refund(&charge, &part).await,
        }
    }

    /// Records what the provider said of a refund, books it and announces it.
    pub async fn refunded(
        &self,
        payment: &Stored<Payment>,
        refund: &Refund,
        said: &Answer,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let next = payment.after_refund(refund.number, said, intent.now);
        let next = next.moved(intent.now);
        let (payment_id, number) = (next.payment_id, refund.number);
        let mut command = self.commands.begin(intent);
        command.update(&self.table, payment, &next);
        announce::refund(&mut command, payment.rev + 1, &next, number)?;
        match said {
            Answer::Done => {
                let entry = self.entry_of(&next, refund).await?;
                self.book(&mut command, &entry);
                command.audit("payment.refund", payment_id);
            }
            Answer::Declined(reason) => {
                tracing::error!(payment.id = %payment_id, number, reason, "the provider refuses to give money back");
                command.audit("payment.fail-refund", payment_id);
            }
        }
        command.settle().await?;
        Ok(())
    }

    /// Writes a journal entry of what a command records, in its transaction.
    fn book(&self, command: &mut Command, entry: &Entry) {
        ledger::write(command, &self.journal, entry);
        if let Some(posted) = entry.posted() {
            command.publish(1, &posted);
        }
    }

    /// Carries a step out; the payment as it is then.
    async fn go_on(
        &self,
        command: Command,
        before: &Stored<Payment>,
        next: Payment,
    ) -> Result<Stored<Payment>, Problem> {
        let now = command.intent().now;
        match command.settle().await? {
            Settled::Now => Ok(Stored {
                value: next,
                rev: before.rev + 1,
                updated_at: now,
                ..before.clone()
            }),
            // Another delivery was here first, and may have come further.
            Settled::Before => {
                let there = self.of_order(next.order_id).await?;
                there.ok_or_else(Problem::contention)
            }
        }
    }

    /// The payment of a cancelled order, voided: written before the provider is told, so that a late
    /// authorisation finds it. `None` where nothing is to be let go.
    pub async fn void(
        &self,
        order: &OrderCancelled,
        intent: &Intent,
    ) -> Result<Option<Stored<Payment>>, Problem> {
        let Some(payment) = self.of_order(order.order_id).await? else {
            let tombstone = Payment::tombstone(order, intent.now)?;
            return self
                .write_first(tombstone, "payment.forbid", intent)
                .await
                .map(Some);
        };
        if payment.status == Status::Voided {
            return Ok(payment.let_go.is_none().then_some(payment));
        }
        if !payment.captures.is_empty() {
            tracing::warn!(payment.id = %payment.payment_id, "an order is cancelled of which money was asked for");
            return Ok(None);
        }
        let Some(next) = payment.after(Input::OrderCancelled, intent.now) else {
            return Ok(None);
        };
        let mut command = self.commands.begin(&step_of(intent, "void"));
        let next = self.release(&mut command, next).await?;
        command.update(&self.table, &payment, &next);
        command.audit("payment.void", next.payment_id);
        self.go_on(command, &payment, next).await.map(Some)
    }

    /// Has the provider let go of what it still holds of a payment, if it was ever asked, and records that.
    pub async fn let_go(&self, payment: &Stored<Payment>, intent: &Intent) -> Result<(), Problem> {
        let had_held = payment.asks_provider() && self.provider.void(&payment.charge()).await?;
        self.released(payment, had_held, intent).await
    }

    /// Records that the provider has let go of what it still held of a payment; announced once, if that was anything.
    async fn released(
        &self,
        payment: &Stored<Payment>,
        had_held: bool,
        intent: &Intent,
    ) -> Result<(), Problem> {
        if payment.let_go == Some(had_held) {
            return Ok(());
        }
        let next = Payment {
            let_go: Some(had_held),
            open_since: None,
            ..payment.value.clone()
        };
        let next = next.moved(intent.now);
        let mut command = self.commands.begin(intent);
        command.update(&self.table, payment, &next);
        if had_held {
            let (payment_id, order_id) = (next.payment_id, next.order_id);
            let amount = next.uncaptured_from(Source::Card)?;
            command.publish(
                payment.rev + 1,
                &PaymentVoided {
                    payment_id,
                    order_id,
                    amount,
                },
            );
        }
        command.audit("payment.release", next.payment_id);
        command.settle().await?;
        Ok(())
    }

    async fn write_first(
        &self,
        payment: Payment,
        action: &str,
        intent: &Intent,
    ) -> Result<Stored<Payment>, Problem> {
        let command = self.commands.begin(&step_of(intent, "open"));
        self.insert(command, payment, action).await
    }

    /// Lays a new payment into a command and carries it out; the payment as it is then.
    async fn insert(
        &self,
        mut command: Command,
        payment: Payment,
        action: &str,
    ) -> Result<Stored<Payment>, Problem> {
        let now = command.intent().now;
        command.insert(&self.table, &payment);
        command.insert(&self.table, &Inspection::of(&payment, now));
        command.audit(action, payment.payment_id);
        match command.settle().await? {
            Settled::Now => Ok(Stored {
                value: payment,
                rev: 1,
                created_at: now,
                updated_at: now,
            }),
            // Another delivery was here first, and may have found more store credit.
            Settled::Before => {
                let there = self.of_order(payment.order_id).await?;
                there.ok_or_else(Problem::contention)
            }
        }
    }

    async fn turn(
        &self,
        payment: &Stored<Payment>,
        next: Payment,
        action: &str,
        intent: &Intent,
    ) -> Result<Stored<Payment>, Problem> {
        let mut command = self.commands.begin(intent);
        let next = self.release(&mut command, next.moved(intent.now)).await?;
        command.update(&self.table, payment, &next);
        announce::payment(&mut command, payment.rev + 1, &next);
        command.audit(action, next.payment_id);
        self.go_on(command, payment, next).await
    }
}

/// A step on the way of an event's handling, done once like the whole.
fn step_of(intent: &Intent, step: &str) -> Intent {
    Intent {
        key: format!("{}#{step}", intent.key),
        ..intent.clone()
    }
}
