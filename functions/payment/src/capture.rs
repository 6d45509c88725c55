//! How the money of a payment is moved to us: in parts, as the parts of its order are shipped. Pure.
//!
//! A part is written down before the provider is asked for it, with its number and its amount, and is asked for under
//! a key that follows from the number. Whatever gets lost after that, the next delivery asks for the same part anew,
//! and the provider says the same.

use std::collections::BTreeMap;

use contracts::events::OrderProgressed;
use kernel::{Money, Problem, Quantity, SellerId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    credit::Source,
    lifecycle::{Input, Status},
    payment::Payment,
    provider::{Answer, Transfer},
};

/// How far it is with money that is moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "TransferStatus")]
pub enum Progress {
    /// The provider is being asked.
    Pending,
    /// It has moved it.
    Succeeded,
    /// It refuses for good.
    Failed,
}

impl Progress {
    /// What an answer of the provider's makes of it.
    pub fn of(answer: &Answer) -> Self {
        match answer {
            Answer::Done => Self::Succeeded,
            Answer::Declined(_) => Self::Failed,
        }
    }
}

/// A part of a payment's money that is moved to us at once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Capture {
    /// Counts the captures of a payment, from 1.
    pub number: u32,
    /// From where.
    #[serde(default, skip_serializing_if = "Source::is_card")]
    pub source: Source,
    /// How much.
    pub amount: Money,
    /// For whose goods: adds up to the amount.
    pub shares: Vec<Share>,
    /// How far it is.
    pub status: Progress,
    /// Why the provider refused, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    /// When it came to this.
    pub at: Timestamp,
}

/// What of an amount is for one seller's goods.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Share {
    /// Whose goods.
    pub seller_id: SellerId,
    /// How much of the amount.
    pub amount: Money,
}

/// What is to be done next for an order that has come so far.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Next {
    /// Write this part down, then ask the provider for it.
    Begin(Capture),
    /// Ask the provider for this part, which it may have been asked for before.
    Resume(Capture),
    /// Nothing more of the order will be shipped: write that down.
    Complete,
    /// Tell the provider to let go of what it still holds.
    LetGo,
    /// Nothing.
    Nothing,
}

impl Payment {
    /// How much has been moved to us.
    ///
    /// # Errors
    /// None, as long as the captures of a payment are in its own currency.
    pub fn captured(&self) -> Result<Money, Problem> {
        let done = self.captures.iter();
        let done = done.filter(|capture| capture.status == Progress::Succeeded);
        self.sum(done.map(|capture| capture.amount))
    }

    /// How much of it is held, or would be if it still were.
    ///
    /// # Errors
    /// An internal problem where more was captured than was held.
    pub fn uncaptured(&self) -> Result<Money, Problem> {
        let captured = self.captured()?;
        self.amount.minus(captured).map_err(Problem::internal)
    }

    pub(crate) fn sum(&self, amounts: impl Iterator<Item = Money>) -> Result<Money, Problem> {
        Money::sum(amounts, self.amount.currency()).map_err(Problem::internal)
    }

    /// What is to be done next, now that its order has come so far.
    ///
    /// # Errors
    /// `unavailable` where the provider has not said yet that it holds the money; an internal problem where goods
    /// are shipped for which it holds none.
    pub fn next(&self, order: &OrderProgressed, now: Timestamp) -> Result<Next, Problem> {
        let mut pending = self.captures.iter();
        if let Some(capture) = pending.find(|capture| capture.status == Progress::Pending) {
            return Ok(Next::Resume(capture.clone()));
        }
        let captured = self.captured()?;
        // Never more than is held, whatever an order says.
        let due = order.due.amount().min(self.amount.amount());
        let is_due = due > captured.amount();
        Ok(match self.status {
            status if status.is_open() => {
                return Err(Problem::unavailable(
                    "an order goes on whose payment is still being asked for",
                ));
            }
            Status::Declined | Status::Voided if is_due => {
                return Err(Problem::internal(format!(
                    "an order is shipped whose payment is {:?}",
                    self.status
                )));
            }
            Status::Authorized | Status::PartlyCaptured if is_due => {
                let due = Money::new(due, order.due.currency());
                let amount = due.and_then(|due| due.minus(captured));
                Next::Begin(self.part(amount.map_err(Problem::internal)?, order, now)?)
            }
            Status::Authorized | Status::PartlyCaptured if order.open.is_zero() => Next::Complete,
            Status::Captured | Status::Voided
                if self.let_go.is_none() && !self.uncaptured()?.is_zero() =>
            {
                Next::LetGo
            }
            _ => Next::Nothing,
        })
    }

    /// The next part of what is due, from one source, with what of it is for whose goods: what each seller has shipped
    /// and was not captured yet.
    fn part(
        &self,
        due: Money,
        order: &OrderProgressed,
        now: Timestamp,
    ) -> Result<Capture, Problem> {
        let (source, amount) = self.drawn(due)?;
        let mut owed: BTreeMap<SellerId, Money> = BTreeMap::new();
        for line in &order.lines {
            let zero = Money::zero(amount.currency());
            let owed = owed.entry(line.seller_id).or_insert(zero);
            if let Ok(shipped) = Quantity::new(line.shipped) {
                let price = line.unit_price.times(shipped);
                *owed = price
                    .and_then(|price| owed.plus(price))
                    .map_err(Problem::internal)?;
            }
        }
        for share in self.captures.iter().flat_map(|capture| &capture.shares) {
            if let Some(owed) = owed.get_mut(&share.seller_id) {
                let zero = Money::zero(owed.currency());
                *owed = owed.minus(share.amount).unwrap_or(zero);
            }
        }
        let owed_each: Vec<Money> = owed.values().copied().collect();
        let shares = owed.keys().zip(amount.split_like(&owed_each));
        let shares: Vec<Share> = shares
            .filter(|(_, amount)| !amount.is_zero())
            .map(|(&seller_id, amount)| Share { seller_id, amount })
            .collect();
        if shares.is_empty() {
            return Err(Problem::internal("an order is due and has no lines"));
        }
        let before = self.captures.last().map_or(0, |capture| capture.number);
        Ok(Capture {
            number: before + 1,
            source,
            amount,
            shares,
            status: Progress::Pending,
            failure_reason: None,
            at: now,
        })
    }

    /// The same with a part that the provider is about to be asked for.
    pub fn with(&self, capture: Capture) -> Self {
        let mut next = self.clone();
        next.captures.push(capture);
        next
    }

    /// What the provider is asked for.
    pub fn transfer(&self, capture: &Capture) -> Transfer {
        Transfer {
            key: self.capture_key(capture.number),
            amount: capture.amount,
        }
    }

    /// What a capture is known by: to the provider, and in the journal.
    pub(crate) fn capture_key(&self, number: u32) -> String {
        format!("{}#capture#{number}", self.charge().key)
    }

    /// What it becomes when the provider has said something of a part; `None` where that is known.
    ///
    /// # Errors
    /// None, as long as the captures of a payment are in its own currency.
    pub fn after_capture(
        &self,
        number: u32,
        answer: &Answer,
        now: Timestamp,
    ) -> Result<Option<Self>, Problem> {
        let mut heard = self.clone();
        let mut captures = heard.captures.iter_mut();
        let pending = captures.find(|capture| capture.number == number);
        let Some(capture) = pending.filter(|capture| capture.status == Progress::Pending) else {
            return Ok(None);
        };
        capture.status = Progress::of(answer);
        capture.at = now;
        if let Answer::Declined(reason) = answer {
            capture.failure_reason = Some(reason.clone());
        }
        let input = match answer {
            Answer::Declined(_) => Input::MoveRefused,
            Answer::Done if heard.uncaptured()?.is_zero() => Input::Moved,
            Answer::Done => Input::PartMoved,
        };
        Ok(heard.after(input, now))
    }
}

#[cfg(test)]
mod tests;
