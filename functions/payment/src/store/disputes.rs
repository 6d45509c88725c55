//! Disputes: what the provider's books have of them, and what we answer.

use std::time::Duration;

use contracts::events::DisputeOutcome;
use dynamo::{Cursors, Intent, Item, Key, Query, Stored};
use kernel::{DisputeId, Page, Problem, Reply, Timestamp, page::Limit};
use lambda::schedule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Payments, step_of};
use crate::{
    attempt::payment_of,
    dispute::{Dispute, DisputeView, Status, Turn, dispute_id},
    ledger::Entry,
    payment::Payment,
    provider::{Answer, Case, Plea, Trouble},
};

/// The index of disputes: a partition a state, in the order of their deadlines.
const BY_DISPUTE: &str = "by-dispute";
/// What a provider lists may lag behind what it does: so far the watch goes back behind what it has heard last.
const LAG: Duration = Duration::from_mins(5);

impl Item for Dispute {
    const KIND: &'static str = "dispute";

    fn key(&self) -> Key {
        key_of(self.dispute_id)
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        let place = format!("{}#{}", self.respond_by, self.dispute_id);
        vec![(BY_DISPUTE, self.status.name().to_owned(), place)]
    }
}

fn key_of(id: DisputeId) -> Key {
    Key::new(format!("dispute#{id}"), "dispute")
}

/// How far the watch has heard of disputes.
#[derive(Serialize, Deserialize)]
struct Heard {
    until: Timestamp,
}

impl Item for Heard {
    const KIND: &'static str = "disputes-heard";

    fn key(&self) -> Key {
        Self::place()
    }
}

impl Heard {
    fn place() -> Key {
        Key::new("disputes", "heard")
    }
}

/// Which disputes an admin looks for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeFilter {
    /// How many at most: 1 to 100, 20 unless told.
    #[serde(default)]
    pub limit: Limit,
    /// Where to go on: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Those that stand there: `needs_response` unless told.
    pub status: Option<Status>,
    /// Only those that can, or could, be answered until before then.
    pub respond_before: Option<Timestamp>,
}

impl<P> Payments<P> {
    /// A dispute.
    pub async fn dispute(&self, id: DisputeId) -> Result<Option<Stored<Dispute>>, Problem> {
        self.table.get(&key_of(id)).await
    }

    /// A page of the disputes that stand somewhere: the open ones by their deadlines, the decided ones backwards.
    pub async fn disputes(
        &self,
        filter: &DisputeFilter,
        cursors: &Cursors,
    ) -> Result<Page<DisputeView>, Problem> {
        let status = filter.status.unwrap_or(Status::NeedsResponse);
        let before = filter.respond_before.map(|before| before.to_string());
        let scope = format!("disputes {} {before:?}", status.name());
        let run = Query::index(BY_DISPUTE, status.name()).limit(filter.limit.get());
        let run = match before {
            Some(before) => run.up_to(before),
            None => run,
        };
        let run = if status.is_open() {
            run
        } else {
            run.descending()
        };
        let cursor = filter.cursor.as_deref();
        let page = self.table.page(run, cursors, &scope, cursor).await?;
        Ok(page.map(|dispute: Stored<Dispute>| dispute.view(false)))
    }

    /// Writes down what is answered to a dispute, and has the provider told.
    pub async fn begin_response(
        &self,
        dispute: &Stored<Dispute>,
        next: &Dispute,
        intent: &Intent,
        reply: Reply<DisputeView>,
    ) -> Result<Reply<DisputeView>, Problem> {
        let mut command = self.commands.begin(intent);
        command.update(&self.table, dispute, next);
        if let Some(answered) = next.told_answered() {
            command.publish(dispute.rev + 1, &answered);
        }
        command.audit("payment.answer-dispute", next.dispute_id);
        command.commit(reply).await
    }
}

impl Payments {
    /// Tells the provider what we answer to a dispute, unless its books have that already, and records what it says.
    pub async fn respond(
        &self,
        payment: &Payment,
        dispute: &Stored<Dispute>,
        (number, plea): (u32, &Plea),
        intent: &Intent,
    ) -> Result<(), Problem> {
        let said = self.plead(payment, dispute, plea).await?;
        let step = step_of(intent, &format!("response-{number}"));
        let mut command = self.commands.begin(&step);
        let next = dispute.after_response(number, &said, intent.now);
        command.update(&self.table, dispute, &next);
        if let Answer::Declined(reason) = &said {
            tracing::error!(dispute.id = %dispute.dispute_id, number, reason, "the provider does not take our answer to a dispute");
        }
        command.audit("payment.tell-dispute", dispute.dispute_id);
        command.settle().await?;
        Ok(())
    }

    async fn plead(
        &self,
        payment: &Payment,
        dispute: &Dispute,
        plea: &Plea,
    ) -> Result<Answer, Trouble> {
        let charge = payment.charge();
        let books = self.provider.disputes_of(&charge).await?;
        let mut cases = books.iter();
        let case = cases.find(|case| case.reference == dispute.reference);
        if case.is_some_and(|case| case.answered.as_ref() == Some(&plea.key)) {
            return Ok(Answer::Done);
        }
        let reference = &dispute.reference;
        self.provider.answer_dispute(&charge, reference, plea).await
    }

    /// Brings what we have of a payment's disputes to what the provider's books have; the payment as it is then.
    /// `None`, where they have what cannot be: nothing is recorded of that.
    pub async fn follow_disputes(
        &self,
        payment: &Stored<Payment>,
        intent: &Intent,
    ) -> Result<Option<Stored<Payment>>, Problem> {
        let mut payment = payment.clone();
        if payment.captures.is_empty() || !payment.asks_provider() {
            return Ok(Some(payment));
        }
        for case in self.provider.disputes_of(&payment.charge()).await? {
            match self.follow_case(&payment, &case, intent).await? {
                Some(followed) => payment = followed,
                None => return Ok(None),
            }
        }
        Ok(Some(payment))
    }

    /// The payment, with what the books have of a dispute; `None`, where that cannot be.
    async fn follow_case(
        &self,
        payment: &Stored<Payment>,
        case: &Case,
        intent: &Intent,
    ) -> Result<Option<Stored<Payment>>, Problem> {
        let id = dispute_id(self.provider.account(), &case.reference);
        let known = self.dispute(id).await?;
        let there = known.as_ref().map(|known| &known.value);
        if !payment.believes(there, case)? {
            tracing::error!(payment.id = %payment.payment_id, dispute.reference = case.reference, "the provider's books have a dispute that cannot be one of the payment's");
            return Ok(None);
        }
        match payment.after_case((id, there), case, intent.now)? {
            Some(turn) => self
                .turn_dispute(payment, known.as_ref(), turn, intent)
                .await
                .map(Some),
            None => Ok(Some(payment.clone())),
        }
    }

    /// Records what has become of a dispute, books it and announces it.
    async fn turn_dispute(
        &self,
        payment: &Stored<Payment>,
        known: Option<&Stored<Dispute>>,
        turn: Turn,
        intent: &Intent,
    ) -> Result<Stored<Payment>, Problem> {
        let Turn {
            payment: next,
            dispute,
            is_new,
            outcome,
        } = turn;
        let id = dispute.dispute_id;
        let rev = known.map_or(0, |known| known.rev) + 1;
        let step = step_of(intent, &format!("{id}-{}", dispute.status.name()));
        let mut command = self.commands.begin(&step);
        command.update(&self.table, payment, &next);
        command.save(&self.table, known, &dispute);
        if is_new {
            tracing::warn!(dispute.id = %id, payment.id = %next.payment_id, "a customer's bank has taken money back");
            command.publish(rev, &dispute.told_opened());
            self.book(&mut command, &Entry::of_opened(&next, &dispute)?);
        }
        if let Some(outcome) = outcome {
            let borne = next.disputes.iter().find(|it| it.dispute_id == id);
            let borne = borne.map_or(&[][..], |it| &it.borne);
            command.publish(rev, &dispute.told_closed(outcome, borne));
            let entry = match outcome {
                DisputeOutcome::Won => Entry::of_won(&next, &dispute)?,
                DisputeOutcome::Lost => {
                    let mut shares = Vec::new();
                    for share in borne {
                        let journal = self.journal_for(payment, share.seller_id).await?;
                        shares.push((*share, payment.commission_of_lost(share, &journal)?));
                    }
                    Entry::of_lost(&next, &dispute, &shares)?
                }
            };
            self.book(&mut command, &entry);
        }
        command.audit("payment.follow-dispute", id);
        self.go_on(command, payment, next).await
    }

    /// Asks the provider what has become of disputes since it was last asked, for whatever no webhook has told of. It
    /// costs a question, however many payments and disputes there are. `step` names what is done once, however many
    /// watchers try.
    pub async fn hear_of_disputes(&self, step: impl Fn(String) -> Intent) -> Result<(), Problem> {
        let heard = self.table.get::<Heard>(&Heard::place()).await?;
        let before = heard.as_ref().map(|heard| heard.until);
        let mut since = before.map_or(Timestamp::from_second(0), |until| until.minus(LAG));
        let mut until = before;
        loop {
            let changes = self.provider.disputes_since(since).await?;
            // What comes behind a dispute that fails is asked for again.
            let heard = schedule::each(&changes.cases, |case| {
                let step = step(format!("{} at {}", case.reference, case.changed_at));
                async move { self.hear_of(case, &step).await }
            });
            heard.await?;
            until = until.max(changes.until);
            match changes.until {
                Some(last) if changes.has_more && last > since => since = last,
                _ => break,
            }
        }
        let Some(until) = until.filter(|_| until > before) else {
            return Ok(());
        };
        let mut command = self
            .commands
            .begin(&step(format!("disputes until {until}")));
        command.save(&self.table, heard.as_ref(), &Heard { until });
        command.settle().await?;
        Ok(())
    }

    async fn hear_of(&self, case: &Case, intent: &Intent) -> Result<(), Problem> {
        if self.commands.is_done(intent).await? {
            return Ok(());
        }
        let payment = match payment_of(&case.charge) {
            Some(id) => self.asked_for(id).await?,
            None => None,
        };
        match payment {
            Some(payment) => {
                self.follow_case(&payment, case, intent).await?;
            }
            None => {
                tracing::error!(
                    dispute.reference = case.reference,
                    charge.key = case.charge,
                    "the provider's books have a dispute of a charge that is none of ours"
                );
            }
        }
        // What was no news, or could not be, is remembered too.
        self.commands.begin(intent).settle().await?;
        Ok(())
    }
}
