//! What a payment provider does for us.

mod disputes;

use std::{fmt::Debug, str::FromStr};

use dynamo::Pending;
use kernel::{Money, OrderId, Problem, SellerId, Timestamp};
use lambda::Platform;
use serde::{Deserialize, Serialize};

pub use self::disputes::{Case, Changes, Plea};
use crate::{breaker::Guarded, sandbox, sandbox::Sandbox, stripe, stripe::Stripe};

/// Which provider the stack has: its `PAYMENT_PROVIDER`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Provider {
    /// The one of development and tests.
    Sandbox,
    /// Stripe.
    Stripe,
}

impl FromStr for Provider {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let mut all = [Self::Sandbox, Self::Stripe].into_iter();
        let found = all.find(|provider| provider.name() == name);
        found.ok_or_else(|| format!("there is no payment provider `{name}`"))
    }
}

impl Provider {
    /// What it is called, also where it knocks: `/v1/payments/webhooks/<name>`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Stripe => "stripe",
        }
    }

    /// Whether it pays sellers out. Where it does not, they are paid by hand.
    pub fn pays_out(self) -> bool {
        match self {
            Self::Sandbox => true,
            Self::Stripe => false,
        }
    }

    /// What its webhook is about, whose signature is good; `None` where it is about no charge that we have asked for.
    ///
    /// # Errors
    /// `webhook_invalid` for what cannot be read.
    pub fn hint(self, body: &[u8]) -> Result<Option<Hint>, Problem> {
        match self {
            Self::Sandbox => sandbox::hint(body).map(Some),
            Self::Stripe => stripe::hint(body),
        }
    }

    /// The provider, behind a circuit.
    pub async fn open(
        self,
        platform: &'static Platform,
    ) -> Result<Box<dyn PaymentProvider>, Problem> {
        Ok(match self {
            Self::Sandbox => Box::new(Guarded::new(platform, Sandbox::open(platform))),
            Self::Stripe => Box::new(Guarded::new(platform, Stripe::start(platform).await?)),
        })
    }
}

/// What is asked of a provider: to hold someone's money.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Charge {
    /// Under which key: the provider does nothing twice under one key, and says the same again.
    pub key: String,
    /// For which order.
    pub order_id: OrderId,
    /// How much.
    pub amount: Money,
    /// How: a token of the provider's.
    pub method: String,
}

impl Charge {
    /// What a provider must speak of, on this account with it, when it speaks of this charge.
    pub fn reference(&self, account: &str) -> Reference {
        Reference {
            key: self.key.clone(),
            order_id: self.order_id,
            amount: self.amount,
            account: account.to_owned(),
        }
    }
}

/// Money of a charge on its way to us, or back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transfer {
    /// Under which key: one of its own, for a charge is captured and given back in parts.
    pub key: String,
    /// How much.
    pub amount: Money,
}

/// Money on its way to a seller.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remittance {
    /// Under which key: asked again, the provider pays nothing twice and says the same.
    pub key: String,
    /// To whom.
    pub seller: SellerId,
    /// How much.
    pub amount: Money,
}

/// Which charge a provider speaks of: all of it must be as it was asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reference {
    /// Under which key it was asked for it.
    pub key: String,
    /// For which order.
    pub order_id: OrderId,
    /// How much.
    pub amount: Money,
    /// On which account with the provider.
    pub account: String,
}

/// What a provider says when it is asked to hold money.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Hold {
    /// It holds it.
    Held,
    /// It will, once the customer has acted at this URL: has shown the bank who they are, say.
    ActionRequired(String),
    /// It will not, now or ever, and why: `card_declined`, …
    Declined(String),
}

/// What a provider's books have of a charge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// Of which.
    pub about: Reference,
    /// How it stands with its money.
    pub hold: Hold,
}

/// What a webhook says: that something has become of a charge. What that is, the books say.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hint {
    /// The provider's id of it.
    pub event: String,
    /// Of which charge.
    pub about: Reference,
}

/// What a provider says when it is asked to move money.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// It has done it: moved the money, given it back.
    Done,
    /// It will not, now or ever, and why.
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
    /// Taken some of what was captured from us, for the customer's bank.
    Withdraw,
    /// Brought that back to us.
    Reinstate,
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
    /// Its books have another charge under the key.
    Mismatch,
    /// It does not know us, or not for this: asked again it says the same, until someone sees to our key.
    Denied,
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::AnswerLost => Self::unavailable("the payment provider's answer was lost"),
            Trouble::Unavailable => Self::unavailable("the payment provider does not answer"),
            Trouble::Mismatch => Self::internal("the payment provider has another charge"),
            Trouble::Denied => Self::internal("the payment provider does not take our key"),
        }
    }
}

/// A payment provider. All calls may be repeated: under one key it does one thing, once.
pub trait PaymentProvider: Debug + Send + Sync {
    /// Our account with it.
    fn account(&self) -> &'static str;

    /// Holds the money of a charge.
    fn authorize<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Hold, Trouble>>;

    /// What its books have of a charge; `None` where it has said nothing of it yet.
    fn look_up<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Option<Standing>, Trouble>>;

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

    /// Every dispute of a charge that its books have: none, of a provider that has none.
    fn disputes_of<'a>(&'a self, _charge: &'a Charge) -> Pending<'a, Result<Vec<Case>, Trouble>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Disputes of which something has become at that moment or later.
    fn disputes_since(&self, _since: Timestamp) -> Pending<'_, Result<Changes, Trouble>> {
        Box::pin(async { Ok(Changes::default()) })
    }

    /// Answers a dispute of a charge.
    fn answer_dispute<'a>(
        &'a self,
        _charge: &'a Charge,
        _reference: &'a str,
        _plea: &'a Plea,
    ) -> Pending<'a, Result<Answer, Trouble>> {
        Box::pin(async { Err(Trouble::Unavailable) })
    }

    /// Pays a seller; refused for good by a provider that pays nobody out.
    fn pay_out<'a>(&'a self, _remittance: &'a Remittance) -> Pending<'a, Result<Answer, Trouble>> {
        Box::pin(async { Ok(Answer::Declined("payouts_unsupported".to_owned())) })
    }

    /// What it has said when it was asked under a key to pay a seller; `None` where it was never asked.
    fn find_payout<'a>(&'a self, _key: &'a str) -> Pending<'a, Result<Option<Answer>, Trouble>> {
        Box::pin(async { Ok(None) })
    }

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
