//! Store credit: what the marketplace has given its customers to buy with, and what of a payment is paid with it. Pure.
//!
//! A customer's store credit is the customer's account in the ledger. What an order is to be paid with goes from there
//! to the order's own account before the provider is asked for the rest, and back again as far as nothing is shipped
//! for it. It is taken first and given back last: the provider holds no more than what is left, and what can go back to
//! a card does.

use contracts::events::{LedgerAccount, PaymentStoreCreditGiven};
use kernel::{Currency, CustomerId, Money, Page, Problem, StoreCreditGiftId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    capture::Progress,
    ledger::{Account, Entry, Line, lesser},
    lifecycle::Input,
    payment::Payment,
    refund::{Note, Refund},
};

/// Why a payment is declined whose customer has less store credit than it is to be paid with.
pub const STORE_CREDIT_SHORT: &str = "store_credit_short";

/// Why store credit is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "StoreCreditReason")]
pub enum Reason {
    /// To be kind.
    Goodwill,
    /// To make up for something.
    Compensation,
    /// To have something bought.
    Promotion,
    /// To put something right.
    Correction,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Goodwill,
        Self::Compensation,
        Self::Promotion,
        Self::Correction,
    ];

    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Goodwill => "goodwill",
            Self::Compensation => "compensation",
            Self::Promotion => "promotion",
            Self::Correction => "correction",
        }
    }
}

/// What a customer is to be given.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "StoreCreditGiftRequest")]
pub struct GiftRequest {
    /// How much, in the stack's currency.
    pub amount: Money,
    /// Why. The customer sees it.
    pub reason: Reason,
    /// In words, for other admins.
    pub note: Option<Note>,
}

/// Store credit that was given.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "StoreCreditGift")]
pub struct Gift {
    /// Its id.
    pub id: StoreCreditGiftId,
    /// Who can buy with it.
    pub customer_id: CustomerId,
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: Reason,
    /// For admins alone: what was thought about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// When.
    pub given_at: Timestamp,
}

impl Gift {
    /// What a customer is given whose account stands like this.
    ///
    /// # Errors
    /// What is wrong with the amount: it is nothing, in another currency, or makes more than an amount can be.
    pub fn of(
        asked: &GiftRequest,
        (customer_id, account): (CustomerId, &Account),
        (id, given_at): (StoreCreditGiftId, Timestamp),
    ) -> Result<Self, Problem> {
        let amount = asked.amount;
        if amount.currency() != account.currency {
            let detail = format!("expected {}", account.currency);
            return Err(Problem::invalid("/amount/currency", detail));
        }
        if amount.is_zero() {
            return Err(Problem::invalid("/amount/amount", "expected at least 1"));
        }
        if account.owed()?.plus(amount).is_err() {
            let detail = "the customer would have more than an amount can be";
            return Err(Problem::invalid("/amount/amount", detail));
        }
        Ok(Self {
            id,
            customer_id,
            amount,
            reason: asked.reason,
            note: asked.note.clone(),
            given_at,
        })
    }

    /// What is told of it.
    pub fn told(&self) -> PaymentStoreCreditGiven {
        PaymentStoreCreditGiven {
            gift_id: self.id,
            customer_id: self.customer_id,
            amount: self.amount,
            reason: self.reason.name().to_owned(),
        }
    }
}

/// What of a payment is paid with its customer's store credit: held from when the payment was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StoreCredit {
    /// Whose.
    pub customer_id: CustomerId,
    /// How much.
    pub amount: Money,
    /// How much of it went back because nothing was shipped for it, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<Money>,
}

/// What money of an order is moved from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "CaptureSource")]
pub enum Source {
    /// What the provider holds.
    #[default]
    Card,
    /// What is held of the customer's store credit.
    StoreCredit,
}

impl Source {
    /// Whether it is the usual one.
    pub fn is_card(&self) -> bool {
        *self == Self::Card
    }
}

impl Account {
    /// Whether so much can be taken from whom it belongs to.
    pub fn covers(&self, amount: Money) -> bool {
        let left = self.credited.saturating_sub(self.debited);
        amount.currency() == self.currency && amount.amount() <= left
    }
}

impl Payment {
    /// How much of it is paid with store credit.
    pub fn by_credit(&self) -> Money {
        let zero = Money::zero(self.amount.currency());
        self.store_credit.map_or(zero, |credit| credit.amount)
    }

    /// How much of it the provider is asked for.
    pub fn by_card(&self) -> Money {
        let zero = Money::zero(self.amount.currency());
        self.amount.minus(self.by_credit()).unwrap_or(zero)
    }

    /// Whether the provider is asked for anything at all.
    pub fn asks_provider(&self) -> bool {
        !self.by_card().is_zero()
    }

    /// Whether its customer may pay so much of it with store credit, if there is enough. Order has made sure of that.
    pub(crate) fn takes_credit(&self, credit: Money) -> bool {
        let is_ours = credit.currency() == self.amount.currency();
        is_ours && !credit.is_zero() && credit.amount() <= self.amount.amount()
    }

    /// The same with so much of it held of its customer's store credit.
    pub fn holding(self, customer_id: CustomerId, amount: Money) -> Self {
        Self {
            store_credit: Some(StoreCredit {
                customer_id,
                amount,
                released: None,
            }),
            ..self
        }
    }

    /// The same, declined because its customer has less store credit than it is to be paid with. The provider is not
    /// asked, so no attempt has failed.
    pub fn short_of_credit(self, now: Timestamp) -> Self {
        let declined = self.after(Input::Refused, now).unwrap_or(self);
        Self {
            decline_reason: Some(STORE_CREDIT_SHORT.to_owned()),
            ..declined
        }
    }

    /// Whether it was declined without that any method was tried.
    pub(crate) fn is_short_of_credit(&self) -> bool {
        self.decline_reason.as_deref() == Some(STORE_CREDIT_SHORT)
    }

    /// How much has been moved to us from there.
    ///
    /// # Errors
    /// None, as long as the captures of a payment are in its own currency.
    pub fn captured_from(&self, source: Source) -> Result<Money, Problem> {
        let done = self.captures.iter();
        let done = done.filter(|part| (part.status, part.source) == (Progress::Succeeded, source));
        self.sum(done.map(|part| part.amount))
    }

    /// How much of what is there may still be moved to us.
    ///
    /// # Errors
    /// An internal problem where more was captured than was held.
    pub fn uncaptured_from(&self, source: Source) -> Result<Money, Problem> {
        let whole = match source {
            Source::Card => self.by_card(),
            Source::StoreCredit => self.by_credit(),
        };
        let captured = self.captured_from(source)?;
        whole.minus(captured).map_err(Problem::internal)
    }

    /// From where the next part is moved that is due, and how much of it: store credit first.
    ///
    /// # Errors
    /// As [`Payment::uncaptured_from`].
    pub(crate) fn drawn(&self, due: Money) -> Result<(Source, Money), Problem> {
        let credit = self.uncaptured_from(Source::StoreCredit)?;
        Ok(if credit.is_zero() {
            (Source::Card, due)
        } else {
            (Source::StoreCredit, lesser(credit, due))
        })
    }

    /// How much was given back there by those refunds that count.
    pub(crate) fn given_to(
        &self,
        source: Source,
        counts: impl Fn(Progress) -> bool,
    ) -> Result<Money, Problem> {
        let given = self.refunds.iter().filter(|refund| counts(refund.status));
        self.sum(given.map(|refund| refund.part(source)))
    }

    /// How much can be given back there: what was captured from it, without what was given back or is about to be.
    ///
    /// # Errors
    /// An internal problem where more was given back than was captured.
    pub(crate) fn refundable_to(&self, source: Source) -> Result<Money, Problem> {
        let captured = self.captured_from(source)?;
        let given = self.given_to(source, |status| status != Progress::Failed)?;
        let left = captured.minus(given).map_err(Problem::internal)?;
        if source == Source::StoreCredit {
            return Ok(left);
        }
        // A bank may take back what was given back: then there is nothing left, and no less.
        Ok(left
            .minus(self.disputed()?)
            .unwrap_or(Money::zero(left.currency())))
    }

    /// How much of an amount goes back as store credit, if it is given back now: what the card has not paid.
    ///
    /// # Errors
    /// As [`Payment::refundable`].
    pub(crate) fn back_as_credit(&self, amount: Money) -> Result<Option<Money>, Problem> {
        let card = self.refundable_to(Source::Card)?;
        let rest = amount.minus(card).ok();
        Ok(rest.filter(|rest| !rest.is_zero()))
    }

    /// How much of its store credit goes back to its customer, because the payment has ended and nothing more of it
    /// will be moved. `None` where that is nothing, or was done.
    ///
    /// # Errors
    /// As [`Payment::uncaptured_from`].
    pub fn to_release(&self) -> Result<Option<Money>, Problem> {
        let has_ended = !self.status.is_open() && !self.status.is_held();
        let held = self.store_credit.filter(|credit| credit.released.is_none());
        if !has_ended || held.is_none() {
            return Ok(None);
        }
        let left = self.uncaptured_from(Source::StoreCredit)?;
        Ok(Some(left).filter(|left| !left.is_zero()))
    }

    /// What it is known by in the journal that store credit is held for it.
    pub(crate) fn held_key(&self) -> String {
        format!("{}#store-credit#held", self.payment_id)
    }

    /// The same of what is held no more.
    pub(crate) fn released_key(&self) -> String {
        format!("{}#store-credit#released", self.payment_id)
    }

    /// The ids of the journal entries that may move its store credit: those of its parts, and of one more of each, which
    /// there must not be.
    pub(crate) fn credit_entries(&self) -> Vec<String> {
        let numbers = |parts: usize| 1..=u32::try_from(parts + 1).unwrap_or(u32::MAX);
        let captures = numbers(self.captures.len()).map(|number| self.capture_key(number));
        let refunds = numbers(self.refunds.len()).map(|number| self.refund_key(number));
        let own = [self.held_key(), self.released_key()].into_iter();
        own.chain(captures).chain(refunds).collect()
    }

    /// Whether all that these entries book of its store credit is what it has held, taken, let go and given back.
    ///
    /// # Errors
    /// None, as long as all of a payment is in one currency.
    pub(crate) fn is_booked(&self, held: &StoreCredit, entries: &[Entry]) -> Result<bool, Problem> {
        let stands = |account| {
            let legs = entries.iter().flat_map(Entry::legs);
            let own = legs.filter(|leg| leg.account == account);
            own.fold(Account::new(account, held.amount.currency()), Account::with)
        };
        let whose = stands(LedgerAccount::StoreCredit(held.customer_id));
        let order = stands(LedgerAccount::Customer(self.order_id));
        let done = |status| status == Progress::Succeeded;
        let taken = self.captured_from(Source::StoreCredit)?.amount();
        let back = self.given_to(Source::StoreCredit, done)?.amount();
        let released = held.released.map_or(0, Money::amount);
        let lent = held.amount.amount();
        let is_whose = whose.debited == lent && whose.credited == released + back;
        // What a card pays goes through the order's account, and so does what is given back.
        Ok(is_whose && order.credited + taken + released == order.debited + lent)
    }

    /// The same with so much of its store credit gone back.
    pub fn released(self, amount: Money) -> Self {
        Self {
            store_credit: self.store_credit.map(|credit| StoreCredit {
                released: Some(amount),
                ..credit
            }),
            ..self
        }
    }
}

impl Refund {
    /// How much of it is given back there.
    pub fn part(&self, source: Source) -> Money {
        let zero = Money::zero(self.amount.currency());
        let credit = self.store_credit.unwrap_or(zero);
        match source {
            Source::StoreCredit => credit,
            Source::Card => self.amount.minus(credit).unwrap_or(zero),
        }
    }
}

/// What of a payment is paid with store credit, as it is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "PaymentStoreCredit")]
pub struct PaidByCredit {
    /// How much was held for it.
    pub amount: Money,
    /// How much of that has been taken.
    pub captured: Money,
    /// How much of what was taken has been given back, as store credit.
    pub refunded: Money,
    /// How much went back because nothing was shipped for it.
    pub released: Money,
}

impl StoreCredit {
    /// How it is shown, as a payment has it.
    ///
    /// # Errors
    /// None, as long as all of a payment is in one currency.
    pub fn view(&self, payment: &Payment) -> Result<PaidByCredit, Problem> {
        let zero = Money::zero(self.amount.currency());
        let done = |status| status == Progress::Succeeded;
        Ok(PaidByCredit {
            amount: self.amount,
            captured: payment.captured_from(Source::StoreCredit)?,
            refunded: payment.given_to(Source::StoreCredit, done)?,
            released: self.released.unwrap_or(zero),
        })
    }
}

/// A customer's store credit, as it is shown.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "StoreCredit")]
pub struct StoreCreditView {
    /// Whose.
    pub customer_id: CustomerId,
    /// For how much the customer can buy with it.
    pub balance: Money,
    /// What it comes from and where it went, the latest first: given and given back on the side `credit`, held for
    /// orders on the side `debit`.
    pub entries: Page<Line>,
}

impl StoreCreditView {
    /// What stands on a customer's account; nothing in the stack's currency, where there is none.
    ///
    /// # Errors
    /// An internal problem where that is more than an amount of money can be.
    pub fn of(
        (customer_id, currency): (CustomerId, Currency),
        account: Option<&Account>,
        entries: Page<Line>,
    ) -> Result<Self, Problem> {
        let balance = account.map_or(Ok(Money::zero(currency)), Account::owed)?;
        Ok(Self {
            customer_id,
            balance,
            entries,
        })
    }

    /// The same without what admins have thought about it.
    pub fn to_customer(self) -> Self {
        Self {
            entries: self.entries.map(|line| Line { note: None, ..line }),
            ..self
        }
    }
}

#[cfg(test)]
mod tests;
