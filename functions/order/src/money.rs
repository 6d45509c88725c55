//! What an order knows of its money, and how it waits for what is due. Pure.
//!
//! An order whose pieces have moved on waits, as one that is not confirmed does: payment answers with what was
//! captured, a number that only grows. It waits for one reminder at least, whatever payment says, because inventory
//! does not answer: what nobody has heard is said once more in any case. In the end it stops waiting and says so:
//! goods are on their way, and nothing is given up.

use contracts::events::{PaymentRefundFailed, PaymentRefunded};
use kernel::{Money, OrderId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    order::{Line, Order, Turn, Waiting},
    returns::ReturnStep,
};

/// So many steps of its money an order remembers; of later ones the last.
const MOST_STEPS: usize = 100;

/// A way in which money moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MoneyKind {
    /// From the customer to us.
    Captured,
    /// Back to the customer.
    Refunded,
}

/// How much has been moved by then.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MoneyStep {
    /// In which way.
    pub kind: MoneyKind,
    /// How much so far.
    pub total: Money,
    /// When it was heard of.
    pub at: Timestamp,
}

/// What someone has to look at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "OrderTrouble")]
pub struct Trouble {
    /// What it is.
    pub kind: TroubleKind,
    /// Since when.
    pub at: Timestamp,
}

/// What can be wrong with an order that is on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "OrderTroubleKind")]
pub enum TroubleKind {
    /// The provider refuses for good to move what is due for shipped pieces.
    CaptureFailed,
    /// Nobody has said for a long time what has become of money that is due.
    PaymentUnanswered,
    /// Nobody has said for a long time whether the price of returned goods was given back.
    RefundUnanswered,
    /// What was paid or given back is still on no paper.
    DocumentsMissing,
}

lambda::one_of! {
    /// What has become of money that was to be given back.
    pub enum Repayment {
        Done(PaymentRefunded),
        Failed(PaymentRefundFailed),
    }
}

impl Repayment {
    /// Of which order.
    pub fn order(&self) -> OrderId {
        match self {
            Self::Done(event) => event.order_id,
            Self::Failed(event) => event.order_id,
        }
    }
}

impl Order {
    /// How much of its money is known to be moved to us.
    pub fn captured(&self) -> Money {
        self.moved(MoneyKind::Captured)
    }

    fn moved(&self, kind: MoneyKind) -> Money {
        let mut steps = self.money.iter().rev();
        let last = steps.find(|step| step.kind == kind);
        last.map_or(Money::zero(self.total.currency()), |step| step.total)
    }

    /// The price of all that is shipped.
    pub fn due(&self) -> Money {
        self.price_of(|line| line.shipped)
    }

    /// The price of so many pieces of each line.
    pub(crate) fn price_of(&self, pieces: impl Fn(&Line) -> u32) -> Money {
        let prices = self.lines.iter().map(|line| line.price_of(pieces(line)));
        // Part of a total that fits fits.
        Money::sum(prices, self.total.currency()).unwrap_or(self.total)
    }

    /// Whether more is due than was captured, and payment may still say what becomes of it.
    pub fn awaits_money(&self) -> bool {
        let is_refused = |trouble: Trouble| trouble.kind == TroubleKind::CaptureFailed;
        self.due().amount() > self.captured().amount() && !self.trouble.is_some_and(is_refused)
    }

    /// That so much has been moved to us by now. None: it is known, or was overtaken.
    pub fn hear_captured(&self, total: Money, now: Timestamp) -> Option<Turn> {
        let mut order = self.clone();
        order.note(MoneyKind::Captured, total, now);
        self.heard(order, "order.record-capture", now)
    }

    /// That money was given back, or will not be; with it ends the return that it is for. None: it is known.
    pub fn hear_repayment(&self, said: &Repayment, now: Timestamp) -> Option<Turn> {
        let mut order = self.clone();
        let (returned, step) = match said {
            Repayment::Done(event) => {
                order.note(MoneyKind::Refunded, event.refunded, now);
                order.note_refund(event, now);
                (event.returned, ReturnStep::Refunded)
            }
            Repayment::Failed(event) => (event.returned, ReturnStep::RefundFailed),
        };
        if let Some(number) = returned {
            order.end_return(number, step, now);
        }
        self.heard(order, "order.record-refund", now)
    }

    fn heard(&self, mut order: Self, action: &'static str, now: Timestamp) -> Option<Turn> {
        if order == *self {
            return None;
        }
        let due = order.documents_due();
        if due.is_some() {
            // An order may have come to rest long ago when money is given back.
            order.waiting.get_or_insert(Waiting {
                since: now,
                reminders: 0,
            });
        }
        order.rest();
        Some(Turn {
            order,
            facts: due.into_iter().collect(),
            action,
        })
    }

    /// Keeps how much has been moved by now, if that is more than is known.
    fn note(&mut self, kind: MoneyKind, total: Money, now: Timestamp) {
        if total.amount() <= self.moved(kind).amount() {
            return;
        }
        let step = MoneyStep {
            kind,
            total,
            at: now,
        };
        let is_full = self.money.len() >= MOST_STEPS;
        match self.money.iter_mut().rfind(|old| old.kind == kind) {
            Some(last) if is_full => *last = step,
            _ => self.money.push(step),
        }
    }

    /// That the provider refuses to move what is due. None: it is known, or all is paid.
    pub fn hear_refused(&self, now: Timestamp) -> Option<Turn> {
        self.awaits_money().then(|| {
            let mut order = self.clone();
            order.trouble = Some(Trouble {
                kind: TroubleKind::CaptureFailed,
                at: now,
            });
            order.rest();
            Turn {
                order,
                facts: Vec::new(),
                action: "order.flag",
            }
        })
    }

    /// Waits from now on for what others make of its having moved on.
    pub(crate) fn wait(&mut self, now: Timestamp) {
        let is_refusal = |trouble: &Trouble| trouble.kind == TroubleKind::CaptureFailed;
        self.trouble = self.trouble.filter(is_refusal);
        self.waiting = Some(Waiting {
            since: now,
            reminders: 0,
        });
    }

    /// Waits no more, if it is on its way, was told twice, and nobody owes it an answer; and has no trouble any more
    /// that has gone by.
    pub(crate) fn rest(&mut self) {
        let is_told_twice = self.waiting.is_some_and(|waiting| waiting.reminders > 0);
        let is_owed = self.awaits_money() || self.awaits_refund() || self.owes_documents();
        if !self.status.waits() && is_told_twice && !is_owed {
            self.waiting = None;
        }
        let is_unpaid = self.due().amount() > self.captured().amount();
        let (awaits_refund, owes_documents) = (self.awaits_refund(), self.owes_documents());
        self.trouble = self.trouble.filter(|trouble| match trouble.kind {
            TroubleKind::CaptureFailed | TroubleKind::PaymentUnanswered => is_unpaid,
            TroubleKind::RefundUnanswered => awaits_refund,
            TroubleKind::DocumentsMissing => owes_documents,
        });
    }

    /// Stops waiting for an answer that does not come.
    pub(crate) fn stop_waiting(&self, now: Timestamp) -> Turn {
        let mut order = self.clone();
        order.waiting = None;
        let silences = [
            (order.awaits_money(), TroubleKind::PaymentUnanswered),
            (order.awaits_refund(), TroubleKind::RefundUnanswered),
            (order.owes_documents(), TroubleKind::DocumentsMissing),
        ];
        let mut silences = silences.into_iter();
        let silence = silences.find_map(|(is_silent, kind)| is_silent.then_some(kind));
        if let Some(kind) = silence {
            order.trouble = Some(Trouble { kind, at: now });
        }
        Turn {
            order,
            facts: Vec::new(),
            action: "order.stop-waiting",
        }
    }
}

#[cfg(test)]
mod tests;
