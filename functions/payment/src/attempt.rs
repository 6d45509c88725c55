//! Attempts: a customer whose method is declined may name another, in the time for which the order waits. Pure.
//!
//! Each attempt is a charge of its own at the provider, and one of them is current: the last. What is held, moved, let
//! go and compared is the current one's; an earlier one was declined for good, and is let go of before the next is
//! asked for.

use std::time::Duration;

use contracts::events::PaymentAttemptRequested;
use kernel::{Code, PaymentId, PaymentMethod, Problem, Timestamp};
use lambda::Platform;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    lifecycle::Input,
    payment::{ActionKind, NextAction, Payment},
    provider::Charge,
};

/// What stands between a payment's id and the number of an attempt, in the key of its charge.
const ATTEMPT: &str = "#attempt#";

/// A method that was tried.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PaymentAttempt")]
pub struct Attempt {
    /// Counts the attempts of a payment, from 1.
    pub number: u32,
    /// The method: a token of the payment provider's.
    pub method: String,
    /// Why it was declined, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decline_reason: Option<String>,
    /// When it was named.
    pub at: Timestamp,
}

/// Another method than the one that was declined.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttemptRequest {
    /// How it is paid: a token of the payment provider's.
    pub payment_method: PaymentMethod,
}

/// What customers are given to pay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
    /// How long they have for all that they are asked to do, from the first of it on: `PAYMENT_ACTION_SECONDS`.
    pub time: Duration,
    /// How many methods they may try for an order: `PAYMENT_ATTEMPTS`.
    pub attempts: u32,
}

impl Terms {
    /// The stack's.
    ///
    /// # Errors
    /// An internal problem where a setting is missing, or is no number.
    pub fn of(platform: &Platform) -> Result<Self, Problem> {
        Ok(Self {
            time: Duration::from_secs(platform.parsed("PAYMENT_ACTION_SECONDS")?),
            attempts: platform.parsed("PAYMENT_ATTEMPTS")?,
        })
    }
}

/// The key of an attempt's charge. The first one's is the payment's id.
fn key_of(payment: PaymentId, number: u32) -> String {
    match number {
        1 => payment.to_string(),
        number => format!("{payment}{ATTEMPT}{number}"),
    }
}

/// The payment that a charge is an attempt of, by its key. Which of its charges it has, the payment knows.
pub fn payment_of(key: &str) -> Option<PaymentId> {
    let (payment, _) = key.split_once(ATTEMPT).unwrap_or((key, ""));
    payment.parse().ok()
}

/// The keys of the charges that a payment may have, the first first, without end.
pub fn keys_of(payment: PaymentId) -> impl Iterator<Item = String> {
    (1..).map(move |number| key_of(payment, number))
}

impl Payment {
    /// The number of the current attempt.
    pub fn attempt(&self) -> u32 {
        self.attempts.last().map_or(1, |attempt| attempt.number)
    }

    /// All that was tried, the first first. The only method of a payment, which its order has named, is not kept twice.
    pub fn tried(&self) -> Vec<Attempt> {
        if !self.attempts.is_empty() {
            return self.attempts.clone();
        }
        let method = self
            .method
            .as_deref()
            .filter(|_| !self.is_short_of_credit());
        let asked = method.zip(self.history.first());
        let only = asked.map(|(method, asked)| Attempt {
            number: 1,
            method: method.to_owned(),
            decline_reason: self.decline_reason.clone(),
            at: asked.at,
        });
        only.into_iter().collect()
    }

    /// What the provider is asked for, under the key that makes asking again harmless.
    pub fn charge(&self) -> Charge {
        self.charge_of(self.attempt(), self.method.as_deref())
    }

    /// What it was asked for by the attempts before, the last first.
    pub fn earlier_charges(&self) -> impl Iterator<Item = Charge> {
        let earlier = self.attempts.iter().rev().skip(1);
        earlier.map(|attempt| self.charge_of(attempt.number, Some(&attempt.method)))
    }

    fn charge_of(&self, number: u32, method: Option<&str>) -> Charge {
        Charge {
            key: key_of(self.payment_id, number),
            order_id: self.order_id,
            amount: self.by_card(),
            method: method.unwrap_or_default().to_owned(),
        }
    }

    /// Until when its customer has to do whatever is asked for: given once, with the first of it. The order and its
    /// pieces wait so long, and are not asked to a second time.
    fn acts_until(&self, terms: Terms, now: Timestamp) -> Timestamp {
        let asked = self.next_action.as_ref().map(|action| action.until);
        self.act_until
            .or(asked)
            .unwrap_or_else(|| now.plus(terms.time))
    }

    /// The same, with its customer asked for something.
    pub(crate) fn asking(
        self,
        (kind, url): (ActionKind, Option<&str>),
        terms: Terms,
        now: Timestamp,
    ) -> Self {
        let until = self.acts_until(terms, now);
        Self {
            next_action: Some(NextAction {
                kind,
                url: url.map(str::to_owned),
                until,
            }),
            act_until: Some(until),
            open_since: Some(now),
            ..self
        }
    }

    /// Whether its customer is asked for another method.
    pub fn asks_for_method(&self) -> bool {
        let asked = self.next_action.as_ref().map(|action| action.kind);
        asked == Some(ActionKind::AnotherMethod)
    }

    /// What it becomes when the current attempt is declined; `None` where that is no news. Nobody could name another
    /// method for what a guest has ordered: it is not shown to anyone.
    pub(crate) fn after_decline(&self, reason: &str, terms: Terms, now: Timestamp) -> Option<Self> {
        if self.asks_for_method() {
            return None;
        }
        let is_left = self.attempt() < terms.attempts && !self.buyer.is_guest();
        if is_left && now < self.acts_until(terms, now) {
            let next = self.after(Input::RefusedForNow, now)?.declined_by(reason);
            return Some(next.asking((ActionKind::AnotherMethod, None), terms, now));
        }
        let next = self.after(Input::Refused, now)?;
        Some(next.declined_for_good(reason))
    }

    /// The same, with the reason of the current attempt's decline.
    fn declined_by(mut self, reason: &str) -> Self {
        self.attempts = self.tried();
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.decline_reason = Some(reason.to_owned());
        }
        self
    }

    /// The same, declined with the reason of its last attempt.
    pub(crate) fn declined_for_good(self, reason: &str) -> Self {
        Self {
            decline_reason: Some(reason.to_owned()),
            ..self.declined_by(reason)
        }
    }

    /// Why the current attempt was declined, where another method is asked for.
    pub(crate) fn last_decline(&self) -> Option<&str> {
        let last = self.attempts.last().filter(|_| self.asks_for_method())?;
        last.decline_reason.as_deref()
    }

    /// The same with another method, of which the provider is about to be asked.
    ///
    /// # Errors
    /// `payment_attempt_refused` where none is asked for, or the time for that is over.
    pub fn attempting(&self, method: &PaymentMethod, now: Timestamp) -> Result<Self, Problem> {
        let asked = self.next_action.as_ref().filter(|_| self.asks_for_method());
        let is_open = asked.is_some_and(|action| now < action.until);
        let next = self.after(Input::MethodNamed, now).filter(|_| is_open);
        let mut next = next.ok_or(Code::PaymentAttemptRefused)?;
        let method = String::from(method.clone());
        next.attempts.push(Attempt {
            number: self.attempt() + 1,
            method: method.clone(),
            decline_reason: None,
            at: now,
        });
        next.method = Some(method);
        Ok(next)
    }

    /// What is told of the current attempt, to have the provider asked.
    pub fn told_attempted(&self) -> PaymentAttemptRequested {
        PaymentAttemptRequested {
            payment_id: self.payment_id,
            order_id: self.order_id,
            attempt: self.attempt(),
        }
    }
}

#[cfg(test)]
mod tests;
