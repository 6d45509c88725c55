//! What a payment provider does for us.

use std::fmt::Debug;

use dynamo::Pending;
use kernel::{Money, Problem};

/// What is asked of a provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Charge {
    /// Under which key: the provider does nothing twice under one key, and says the same again.
    pub key: String,
    /// How much.
    pub amount: Money,
    /// How: a token of the provider's.
    pub method: String,
}

/// What a provider says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// It holds the money for us.
    Held,
    /// It does not, and why: `card_declined`, …
    Declined(String),
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

/// A payment provider. All calls may be repeated.
pub trait PaymentProvider: Debug + Send + Sync {
    /// Holds the money of a charge.
    fn authorize<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Answer, Trouble>>;

    /// What it has said of a charge, where its answer was lost; `None` where it knows of none.
    fn find<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Option<Answer>, Trouble>>;

    /// Moves the held money of a charge to us.
    fn capture<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<(), Trouble>>;

    /// Lets go of what is held under a charge's key, if anything is. Whether anything was: told again, it says
    /// the same.
    fn void<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<bool, Trouble>>;
}
