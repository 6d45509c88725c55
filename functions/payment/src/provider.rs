//! What a payment provider does for us.

use std::fmt::Debug;

use dynamo::Pending;
use kernel::{Money, Problem};

/// What is asked of a provider: to hold someone's money.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Charge {
    /// Under which key: the provider does nothing twice under one key, and says the same again.
    pub key: String,
    /// How much.
    pub amount: Money,
    /// How: a token of the provider's.
    pub method: String,
}

/// Money of a charge on its way to us, or back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transfer {
    /// Under which key: one of its own, for a charge is captured and given back in parts.
    pub key: String,
    /// How much.
    pub amount: Money,
}

/// What a provider says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// It has done it: held the money, moved it, given it back.
    Done,
    /// It will not, now or ever, and why: `card_declined`, …
    Declined(String),
}

/// What a provider has done for a charge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deed {
    /// Held its money.
    Hold,
    /// Moved some of it to us.
    Capture,
    /// Given some of that back.
    Refund,
    /// Let go of what was held.
    Release,
}

/// A line of a provider's books: what it was asked, and what it said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// What it was asked for.
    pub deed: Deed,
    /// Under which key.
    pub key: String,
    /// How much of the charge's money.
    pub amount: Money,
    /// What it said.
    pub answer: Answer,
}

/// A provider did not say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// It was asked, and its answer was lost: it may have done it.
    AnswerLost,
    /// It could not be asked.
    Unavailable,
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        Self::unavailable(match trouble {
            Trouble::AnswerLost => "the payment provider's answer was lost",
            Trouble::Unavailable => "the payment provider does not answer",
        })
    }
}

/// A payment provider. All calls may be repeated: under one key it does one thing, once.
pub trait PaymentProvider: Debug + Send + Sync {
    /// Holds the money of a charge.
    fn authorize<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Answer, Trouble>>;

    /// Moves some of the held money of a charge to us.
    fn capture<'a>(
        &'a self,
        charge: &'a Charge,
        part: &'a Transfer,
    ) -> Pending<'a, Result<Answer, Trouble>>;

    /// Gives some of the captured money of a charge back.
    fn refund<'a>(
        &'a self,
        charge: &'a Charge,
        part: &'a Transfer,
    ) -> Pending<'a, Result<Answer, Trouble>>;

    /// Lets go of what is still held under a charge's key, if anything is. Whether anything was: told again, it says
    /// the same.
    fn void<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<bool, Trouble>>;

    /// All that its books have of a charge, in the order in which it was done.
    fn entries<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Vec<Entry>, Trouble>>;

    /// What it has said under a key, where its answer may have been lost; `None` where it was never asked. It forgets
    /// the keys that it was asked under sooner than what it did, so who asks late looks here first.
    fn find<'a>(
        &'a self,
        charge: &'a Charge,
        key: &'a str,
    ) -> Pending<'a, Result<Option<Answer>, Trouble>> {
        Box::pin(async move {
            let entries = self.entries(charge).await?;
            let said = entries.into_iter().find(|entry| entry.key == key);
            Ok(said.map(|entry| entry.answer))
        })
    }
}
