//! How money that was captured is given back: in parts, as admins decide. Pure.
//!
//! A refund is written down when it is asked for, and counts from then on, so that no two of them are given the same
//! money. The provider is asked for it afterwards, under a key that follows from its number.

use kernel::{Code, Line, Money, Problem, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    capture::Progress,
    credit::Source,
    payment::Payment,
    provider::{Answer, Transfer},
    returns::OfReturn,
};

/// So many refunds a payment has at most: they are kept in one item with it.
pub const MOST_REFUNDS: usize = 100;

/// Why money is given back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "RefundReason")]
pub enum Reason {
    /// Goods came back.
    Returned,
    /// Goods did not arrive.
    NotDelivered,
    /// Goods were not as they should be.
    Defective,
    /// Something was charged twice or wrongly.
    Mischarged,
    /// Someone else has paid with the customer's means.
    Fraud,
    /// To make up for something.
    Goodwill,
}

/// What was thought about a refund, for other admins. The customer does not see it.
pub type Note = Line<1, 500>;

/// What of a payment's money is to be given back.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    /// How much; all that can be given back, unless told.
    pub amount: Option<Money>,
    /// Why. The customer sees it.
    pub reason: Reason,
    /// In words, for other admins.
    pub note: Option<Note>,
}

/// A part of a payment's money that is given back at once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Refund {
    /// Counts the refunds of a payment, from 1.
    pub number: u32,
    /// How much.
    pub amount: Money,
    /// How much of that goes back as store credit, if any does: what the card has not paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_credit: Option<Money>,
    /// Why.
    pub reason: Reason,
    /// For other admins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// Which return it is for, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<OfReturn>,
    /// How far it is.
    pub status: Progress,
    /// Why the provider refused, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it came to this.
    pub at: Timestamp,
}

impl Payment {
    /// How much has been given back.
    ///
    /// # Errors
    /// None, as long as the refunds of a payment are in its own currency.
    pub fn refunded(&self) -> Result<Money, Problem> {
        let done = |refund: &&Refund| refund.status == Progress::Succeeded;
        self.sum(self.refunds.iter().filter(done).map(|refund| refund.amount))
    }

    /// How much can be given back: what was captured, without what was given back or is about to be, and without what
    /// the customer's bank has taken back.
    ///
    /// # Errors
    /// An internal problem where more was given back than was captured.
    pub fn refundable(&self) -> Result<Money, Problem> {
        let card = self.refundable_to(Source::Card)?;
        let credit = self.refundable_to(Source::StoreCredit)?;
        card.plus(credit).map_err(Problem::internal)
    }

    /// The next refund, if the money is there.
    ///
    /// # Errors
    /// `refund_exceeds_captured`, `too_many_refunds`, or what is wrong with the amount.
    pub fn refund(&self, asked: &RefundRequest, now: Timestamp) -> Result<Refund, Problem> {
        let refundable = self.refundable()?;
        let amount = asked.amount.unwrap_or(refundable);
        if amount.currency() != refundable.currency() {
            let detail = format!("the payment is in {}", refundable.currency());
            return Err(Problem::invalid("/amount/currency", detail));
        }
        if asked.amount.is_some_and(Money::is_zero) {
            return Err(Problem::invalid("/amount/amount", "expected at least 1"));
        }
        if amount.is_zero() || amount.amount() > refundable.amount() {
            let detail = format!("{refundable} can be given back.");
            return Err(Problem::new(Code::RefundExceedsCaptured).detail(detail));
        }
        if self.refunds.len() >= MOST_REFUNDS {
            return Err(Code::TooManyRefunds.into());
        }
        let before = self.refunds.last().map_or(0, |refund| refund.number);
        Ok(Refund {
            number: before + 1,
            amount,
            store_credit: self.back_as_credit(amount)?,
            reason: asked.reason,
            note: asked.note.clone(),
            returned: None,
            status: Progress::Pending,
            failure_reason: None,
            requested_at: now,
            at: now,
        })
    }

    /// The same with a refund that the provider will be asked for.
    pub fn refunding(&self, refund: Refund) -> Self {
        let mut next = self.clone();
        next.refunds.push(refund);
        next
    }

    /// The refund of this number that the provider has not answered yet, if there is one.
    pub fn open_refund(&self, number: u32) -> Option<&Refund> {
        let is_it =
            |refund: &&Refund| (refund.number, refund.status) == (number, Progress::Pending);
        self.refunds.iter().find(is_it)
    }

    /// What the provider is asked for: nothing, where all of it goes back as store credit.
    pub fn repayment(&self, refund: &Refund) -> Transfer {
        Transfer {
            key: self.refund_key(refund.number),
            amount: refund.part(Source::Card),
        }
    }

    /// What a refund is known by: to the provider, and in the journal.
    pub(crate) fn refund_key(&self, number: u32) -> String {
        format!("{}#refund#{number}", self.charge().key)
    }

    /// What it becomes when the provider has said something of a refund.
    pub fn after_refund(&self, number: u32, answer: &Answer, now: Timestamp) -> Self {
        let mut next = self.clone();
        for refund in &mut next.refunds {
            if (refund.number, refund.status) == (number, Progress::Pending) {
                refund.status = Progress::of(answer);
                refund.at = now;
                if let Answer::Declined(reason) = answer {
                    refund.failure_reason = Some(reason.clone());
                }
            }
        }
        next
    }
}

/// A refund as it is shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Refund")]
pub struct RefundView {
    /// Counts the refunds of a payment, from 1.
    pub number: u32,
    /// How much.
    pub amount: Money,
    /// How much of that goes back as store credit, if any does: what the card has not paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_credit: Option<Money>,
    /// Why.
    pub reason: Reason,
    /// For admins alone: what was thought about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// The return of the order that it is for, if it is for one.
    #[serde(rename = "return", skip_serializing_if = "Option::is_none")]
    pub returned: Option<u32>,
    /// How far it is.
    pub status: Progress,
    /// Why the provider refused, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it came to this.
    pub at: Timestamp,
}

impl Refund {
    /// How it is shown, to admins with its note.
    pub fn view(&self, to_admin: bool) -> RefundView {
        RefundView {
            number: self.number,
            amount: self.amount,
            store_credit: self.store_credit,
            reason: self.reason,
            note: self.note.clone().filter(|_| to_admin),
            returned: self.returned.map(|of| of.number),
            status: self.status,
            failure_reason: self.failure_reason.clone(),
            requested_at: self.requested_at,
            at: self.at,
        }
    }
}

#[cfg(test)]
mod tests;
