//! Payouts: what a seller is owed, on its way to the seller's bank. Pure, but for the round.
//!
//! A payout takes an account's lines of a time and pays what they have left, but for what was captured lately: goods
//! may still come back. The next one begins where it ends, so every line is in one statement. It is off the seller's
//! account before the provider is asked, and back on it if the provider refuses.
//!
//! - [`period`]: what the lines of a time come to
//! - [`statement`]: how it is told to the seller
//! - [`run`]: the day's round

pub mod period;
pub mod run;
pub mod statement;

use std::time::Duration;

use contracts::events::{PaymentPayoutFailed, PaymentPayoutPaid, PaymentPayoutScheduled};
use kernel::{Id, Money, Owned, PayoutId, Problem, SellerId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::period::{Closed, Period, Recent};
use crate::{
    ledger::lesser,
    provider::{Answer, Remittance},
};

/// So long ago a payout ends: behind that moment nothing is booked any more, for what carries it has ended by then.
pub const LAG: Duration = Duration::from_mins(1);

/// On which terms sellers are paid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
    /// How long what was captured for a seller is held back.
    pub hold: Duration,
    /// Below that much nothing is paid, in minor units.
    pub minimum: u64,
}

impl Terms {
    /// Held back for so many days, and nothing below so much.
    pub fn new(hold_days: u32, minimum: u64) -> Self {
        Self {
            hold: Duration::from_hours(24 * u64::from(hold_days)),
            minimum,
        }
    }
}

/// Where a payout stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PayoutStatus")]
pub enum Status {
    /// The provider is being asked.
    Pending,
    /// It has paid.
    Paid,
    /// It refuses for good: the seller is owed it again.
    Failed,
}

impl Status {
    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Failed => "failed",
        }
    }
}

/// A payout.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Payout {
    /// Its id. It follows from the seller and the number, and is the key under which the provider is asked.
    pub payout_id: PayoutId,
    /// To whom.
    pub seller_id: SellerId,
    /// Counts the payouts of a seller, from 1.
    pub number: u32,
    /// Where it stands.
    pub status: Status,
    /// Why the provider refused, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    /// What the seller was owed where it begins.
    pub opening: Money,
    /// What the seller was owed where it ends.
    pub closing: Money,
    /// What of that is not paid yet.
    pub held_back: Money,
    /// What of it is paid: the rest.
    pub amount: Money,
    /// Behind which moment it begins: where the one before ends, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// The last moment that it covers.
    pub until: Timestamp,
    /// When it was made.
    pub scheduled_at: Timestamp,
    /// When the provider has said what becomes of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// The id of a seller's payout of this number.
pub fn payout_id(seller: SellerId, number: u32) -> PayoutId {
    PayoutId::named(&format!("{seller} {number}"))
}

impl Payout {
    /// What the provider is asked for.
    pub fn remittance(&self) -> Remittance {
        Remittance {
            key: self.payout_id.to_string(),
            seller: self.seller_id,
            amount: self.amount,
        }
    }

    /// What it becomes when the provider has said something of it.
    pub fn after(&self, said: &Answer, now: Timestamp) -> Self {
        let (status, failure_reason) = match said {
            Answer::Done => (Status::Paid, None),
            Answer::Declined(reason) => (Status::Failed, Some(reason.clone())),
        };
        Self {
            status,
            failure_reason,
            ended_at: Some(now),
            ..self.clone()
        }
    }

    /// What is told when it is made.
    pub fn told_scheduled(&self) -> PaymentPayoutScheduled {
        PaymentPayoutScheduled {
            payout_id: self.payout_id,
            seller_id: self.seller_id,
            amount: self.amount,
        }
    }

    /// What is told when the provider has paid it.
    pub fn told_paid(&self) -> PaymentPayoutPaid {
        PaymentPayoutPaid {
            payout_id: self.payout_id,
            seller_id: self.seller_id,
            amount: self.amount,
        }
    }

    /// What is told when the provider refuses to.
    pub fn told_failed(&self, reason: &str) -> PaymentPayoutFailed {
        PaymentPayoutFailed {
            payout_id: self.payout_id,
            seller_id: self.seller_id,
            amount: self.amount,
            reason: reason.to_owned(),
        }
    }

    /// How it is shown.
    pub fn view(&self) -> PayoutView {
        PayoutView {
            id: self.payout_id,
            seller_id: self.seller_id,
            number: self.number,
            status: self.status,
            failure_reason: self.failure_reason.clone(),
            opening_balance: self.opening,
            closing_balance: self.closing,
            held_back: self.held_back,
            amount: self.amount,
            from: self.from,
            until: self.until,
            scheduled_at: self.scheduled_at,
            ended_at: self.ended_at,
        }
    }
}

impl Owned for Payout {
    fn of_seller(&self, seller: SellerId) -> bool {
        self.seller_id == seller
    }
}

/// Whom payouts go to: how far it is with those of a seller, and whether it is paid at all.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Payee {
    /// Who.
    pub seller_id: SellerId,
    /// How many payouts there were.
    pub payouts: u32,
    /// Where the last of them ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Whether nothing is paid: the seller is suspended.
    pub on_hold: bool,
    /// The revision of the seller that has said so last; none has, where it is 0.
    pub heard: u64,
}

impl Payee {
    /// One that was never paid, and of which nothing was heard.
    pub fn new(seller_id: SellerId) -> Self {
        Self {
            seller_id,
            payouts: 0,
            until: None,
            on_hold: false,
            heard: 0,
        }
    }

    /// What is kept after a seller's event of this revision; nothing where a later one was heard.
    pub fn told(&self, on_hold: bool, heard: u64) -> Option<Self> {
        (self.heard <= heard).then(|| Self {
            on_hold,
            heard,
            ..self.clone()
        })
    }

    /// The last payout.
    pub fn last(&self) -> Option<PayoutId> {
        (self.payouts > 0).then(|| payout_id(self.seller_id, self.payouts))
    }

    /// The next payout: what the seller was owed where its lines end, as far as it is still owed, and nothing of what
    /// was captured lately. `None`, where that is too little.
    ///
    /// # Errors
    /// None, as long as all of an account is in one currency.
    pub fn next(
        &self,
        closed: &Closed,
        (owed, captured): (Money, Money),
        terms: Terms,
        now: Timestamp,
    ) -> Result<Option<Payout>, Problem> {
        let closing = closed.account.owed()?;
        let free = owed.minus(captured).unwrap_or(Money::zero(owed.currency()));
        // What was debited since counts at once: what is left on the account is always what is held back, or more.
        let amount = lesser(free, closing);
        if amount.is_zero() || amount.amount() < terms.minimum {
            return Ok(None);
        }
        let number = self.payouts + 1;
        Ok(Some(Payout {
            payout_id: payout_id(self.seller_id, number),
            seller_id: self.seller_id,
            number,
            status: Status::Pending,
            failure_reason: None,
            opening: closed.opening,
            closing,
            held_back: closing.minus(amount).map_err(Problem::internal)?,
            amount,
            from: self.until,
            until: closed.until,
            scheduled_at: now,
            ended_at: None,
        }))
    }

    /// The same with its next payout.
    pub fn with(&self, payout: &Payout) -> Self {
        Self {
            payouts: payout.number,
            until: Some(payout.until),
            ..self.clone()
        }
    }
}

/// A payout as it is shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Payout")]
pub struct PayoutView {
    /// Its id.
    pub id: PayoutId,
    /// To whom.
    pub seller_id: SellerId,
    /// Counts the payouts of a seller, from 1.
    pub number: u32,
    /// Where it stands.
    pub status: Status,
    /// Why the provider refused, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    /// What the seller was owed where it begins.
    pub opening_balance: Money,
    /// What the seller was owed where it ends.
    pub closing_balance: Money,
    /// What of that is not paid yet: what was captured lately, and what was debited since.
    pub held_back: Money,
    /// What of it is paid.
    pub amount: Money,
    /// Behind which moment it begins; the first begins with the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// The last moment that it covers.
    pub until: Timestamp,
    /// When it was made.
    pub scheduled_at: Timestamp,
    /// When the provider has said what becomes of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests;
