//! Stripe's books of a charge: its payment intent, the charge of that, and its refunds. What they say to our
//! questions. Pure.
//!
//! Stripe has no object for a part that was captured, only their sum. So each capture writes its key and amount into
//! the metadata of the intent, in the very call that moves the money: whoever asks later what was said under a key
//! finds it there, also when the key itself is forgotten.

use std::collections::BTreeMap;

use kernel::Money;
use serde::Deserialize;

use super::{account, amount::money, api::Error};
use crate::provider::{Answer, Deed, Entry, Hold, Reference, Trouble};

/// What begins the names of captured parts in the metadata.
const CAPTURE: &str = "capture#";

/// A payment intent, with its latest charge in it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub(super) struct PaymentIntent {
    pub(super) id: String,
    pub(super) amount: u64,
    pub(super) currency: String,
    pub(super) status: Status,
    #[serde(default)]
    pub(super) amount_capturable: u64,
    #[serde(default)]
    pub(super) amount_received: u64,
    #[serde(default)]
    livemode: bool,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    latest_charge: Option<Charge>,
    last_payment_error: Option<Error>,
    next_action: Option<NextAction>,
}

/// Where it stands (<https://docs.stripe.com/payments/paymentintents/lifecycle>).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Processing,
    RequiresCapture,
    Succeeded,
    Canceled,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
struct Charge {
    status: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
struct NextAction {
    redirect_to_url: Option<Redirect>,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
struct Redirect {
    url: String,
}

/// A refund.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) amount: u64,
    currency: String,
    status: Option<String>,
    failure_reason: Option<String>,
    /// None where it has none, or the books have it so.
    metadata: Option<BTreeMap<String, String>>,
}

/// A page of a list.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub(super) struct Page<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// The name of a captured part in the metadata: `pay_…#capture#2` is `capture#2`, for a name has 40 characters.
pub(super) fn name_of<'a>(charge: &str, key: &'a str) -> &'a str {
    let name = key.strip_prefix(charge).unwrap_or(key);
    name.trim_start_matches('#')
}

/// Which charge the metadata of an object name; `None` where it is none of ours.
pub(super) fn reference(
    metadata: &BTreeMap<String, String>,
    amount: u64,
    currency: &str,
    account: String,
) -> Option<Reference> {
    Some(Reference {
        key: metadata.get("payment")?.clone(),
        order_id: metadata.get("order")?.parse().ok()?,
        amount: money(amount, currency)?,
        account,
    })
}

impl PaymentIntent {
    /// What it is spoken of by.
    pub(super) fn reference(&self) -> Result<Reference, Trouble> {
        let account = account(self.livemode).to_owned();
        let about = reference(&self.metadata, self.amount, &self.currency, account);
        about.ok_or(Trouble::Mismatch)
    }

    /// What it says of the money; `None` where it was not asked to hold it yet.
    pub(super) fn hold(&self) -> Result<Option<Hold>, Trouble> {
        let declined = |reason: &str| Hold::Declined(reason.to_owned());
        Ok(Some(match self.status {
            Status::RequiresConfirmation => return Ok(None),
            Status::RequiresPaymentMethod => {
                let error = self.last_payment_error.as_ref();
                declined(error.map_or("card_declined", Error::decline))
            }
            Status::RequiresAction => {
                let action = self.next_action.as_ref();
                let redirect = action.and_then(|action| action.redirect_to_url.as_ref());
                // An act that is not done at a page is one that a shop of ours cannot offer.
                redirect.map_or_else(
                    || declined("action_unsupported"),
                    |to| Hold::ActionRequired(to.url.clone()),
                )
            }
            Status::Canceled if self.amount_received == 0 => declined("voided"),
            Status::RequiresCapture | Status::Succeeded | Status::Canceled => Hold::Held,
            Status::Processing | Status::Unknown => return Err(Trouble::AnswerLost),
        }))
    }

    /// Whether nothing will become of it any more but refunds.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.status, Status::Succeeded | Status::Canceled)
    }

    /// Whether its money was ever held.
    fn was_held(&self) -> bool {
        let charge = self.latest_charge.as_ref();
        charge.is_some_and(|charge| charge.status == "succeeded")
    }

    /// How much of what was held was let go.
    pub(super) fn released(&self) -> u64 {
        let is_let_go = self.is_over() && self.was_held();
        let rest = self.amount.saturating_sub(self.amount_received);
        if is_let_go { rest } else { 0 }
    }

    /// How much was captured under a name.
    pub(super) fn captured(&self, name: &str) -> Option<u64> {
        self.metadata.get(name)?.parse().ok()
    }

    /// All that the books have of the charge under this key, in the order in which it was done.
    pub(super) fn entries(&self, key: &str, refunds: &[Refund]) -> Result<Vec<Entry>, Trouble> {
        let entry = |deed, key: String, amount, answer| -> Result<Entry, Trouble> {
            let amount = money(amount, &self.currency).ok_or(Trouble::Mismatch)?;
            Ok(Entry {
                deed,
                key,
                amount,
                answer,
            })
        };
        let own = || key.to_owned();
        let hold = match self.hold() {
            _ if self.was_held() => Some(Answer::Done),
            Ok(Some(Hold::Declined(reason))) => Some(Answer::Declined(reason)),
            _ => None,
        };
        let hold = hold.map(|answer| entry(Deed::Hold, own(), self.amount, answer));
        let parts = self.parts(key).into_iter();
        let parts = parts.map(|(key, amount)| entry(Deed::Capture, key, amount, Answer::Done));
        let released = Some(self.released()).filter(|amount| *amount > 0);
        let released = released.map(|amount| entry(Deed::Release, own(), amount, Answer::Done));
        let refunds = refunds.iter().filter(|refund| !self.is_release(refund));
        let refunds = refunds.map(Refund::entry);
        let all = hold.into_iter().chain(parts).chain(released);
        all.chain(refunds).collect()
    }

    /// What was captured under which key, the first first. The sum is Stripe's own: what it has more was captured past
    /// us, and if it has less, no key can be told.
    fn parts(&self, key: &str) -> Vec<(String, u64)> {
        let named = self.metadata.keys();
        let number = |name: &String| name.strip_prefix(CAPTURE)?.parse::<u32>().ok();
        let mut numbers: Vec<u32> = named.filter_map(number).collect();
        numbers.sort_unstable();
        let amount = |number: u32| {
            let name = format!("{CAPTURE}{number}");
            Some((format!("{key}#{name}"), self.captured(&name)?))
        };
        let mut parts: Vec<_> = numbers.into_iter().filter_map(amount).collect();
        let known: u64 = parts.iter().map(|(_, amount)| amount).sum();
        if known > self.amount_received {
            parts.clear();
        }
        let told: u64 = parts.iter().map(|(_, amount)| amount).sum();
        if self.amount_received > told {
            parts.push((self.id.clone(), self.amount_received - told));
        }
        parts
    }

    /// Stripe writes that it has let go of what was not captured as a refund of it, which no money comes back by.
    fn is_release(&self, refund: &Refund) -> bool {
        refund.key().is_none() && refund.amount == self.released()
    }
}

impl Refund {
    /// The key that it was asked for under; `None` where it was not us.
    pub(super) fn key(&self) -> Option<&str> {
        self.metadata.as_ref()?.get("refund").map(String::as_str)
    }

    /// What it says: one that is on its way has left our account, and is done unless it is said to have failed.
    pub(super) fn answer(&self) -> Answer {
        match self.status.as_deref() {
            Some("failed" | "canceled") => {
                let reason = self.failure_reason.as_deref().unwrap_or("refund_failed");
                Answer::Declined(reason.to_owned())
            }
            _ => Answer::Done,
        }
    }

    /// Whether we have given money back by it.
    pub(super) fn is_given(&self) -> bool {
        self.key().is_some() && self.answer() == Answer::Done
    }

    /// How much it gives back.
    pub(super) fn money(&self) -> Option<Money> {
        money(self.amount, &self.currency)
    }

    fn entry(&self) -> Result<Entry, Trouble> {
        Ok(Entry {
            deed: Deed::Refund,
            key: self.key().unwrap_or(&self.id).to_owned(),
            amount: self.money().ok_or(Trouble::Mismatch)?,
            answer: self.answer(),
        })
    }
}

#[cfg(test)]
mod tests;
