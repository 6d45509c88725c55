//! A payment: whose, for what, how much, and what has become of it. Pure.

use contracts::events::{OrderCancelled, OrderStockReserved};
use kernel::{Buyer, CustomerId, Id, Money, OrderId, Owned, PaymentId, Problem, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    attempt::{Attempt, Terms},
    capture::{Capture, Progress},
    credit::{PaidByCredit, Source, StoreCredit},
    dispute::Disputed,
    lifecycle::{Input, Status, transition},
    provider::Hold,
    refund::{Refund, RefundView},
};

/// The payment of an order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Payment {
    /// Its id: the order's bits, so that either leads to it. One order has one payment.
    pub payment_id: PaymentId,
    /// The order that it pays.
    pub order_id: OrderId,
    /// Who pays, as the order has said that asked for it (see [`Payer`]).
    #[serde(
        rename = "customer_id",
        default,
        skip_serializing_if = "Buyer::is_guest"
    )]
    pub buyer: Buyer,
    /// How much.
    pub amount: Money,
    /// What of that is paid with its customer's store credit, if any is. The method pays the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_credit: Option<StoreCredit>,
    /// How: the method of the current attempt. None for a tombstone: the order was cancelled before anything was asked
    /// for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Every method that was tried, the current one last: from the first decline on (see [`Payment::tried`]).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// Where it stands.
    pub status: Status,
    /// Why it was declined, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decline_reason: Option<String>,
    /// What its customer is to do, while that is waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_action: Option<NextAction>,
    /// Until when its customer has to do all that is asked for, once anything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act_until: Option<Timestamp>,
    /// Since when nobody has looked how it stands at the provider, as long as that is of interest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_since: Option<Timestamp>,
    /// Since when it has moved without being held against the provider's books.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unchecked_since: Option<Timestamp>,
    /// What of its money was moved to us, or is to be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captures: Vec<Capture>,
    /// What of that was given back, or is to be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
    /// What of what was captured customers' banks have taken back, decided or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disputes: Vec<Disputed>,
    /// Whether the provider held any money to let go of when the payment was voided, or its order complete. None until
    /// it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub let_go: Option<bool>,
    /// Every state that it has been in.
    pub history: Vec<Passage>,
}

/// What a customer is to do before the provider holds the money.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PaymentNextAction")]
pub struct NextAction {
    /// What: to act at a page, or to name another method than the one that was declined.
    #[serde(default)]
    pub kind: ActionKind,
    /// Where, for a `redirect`: a page of the provider's or of the customer's bank. Of the sandbox, a route of this API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Until when; then the payment is declined.
    pub until: Timestamp,
}

/// What a customer is asked to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PaymentActionKind")]
pub enum ActionKind {
    /// To act at a page: to show the bank who they are, say.
    #[default]
    Redirect,
    /// To name another method than the one that was declined.
    AnotherMethod,
}

/// Why a payment is declined whose customer has not acted in time.
pub const ACTION_EXPIRED: &str = "action_expired";

/// A state that a payment came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PaymentHistoryEntry")]
pub struct Passage {
    /// The state.
    pub status: Status,
    /// When.
    pub at: Timestamp,
}

/// The payment of an order.
pub fn payment_id(order: OrderId) -> PaymentId {
    PaymentId::from_uuid(order.uuid())
}

impl Payment {
    /// The payment that an order asks for.
    pub fn asked_for(order: &OrderStockReserved, now: Timestamp) -> Self {
        Self {
            payment_id: payment_id(order.order_id),
            order_id: order.order_id,
            buyer: order.buyer,
            amount: order.total,
            store_credit: None,
            method: Some(order.payment_method.clone()),
            attempts: Vec::new(),
            status: Status::Pending,
            decline_reason: None,
            next_action: None,
            act_until: None,
            open_since: Some(now),
            unchecked_since: None,
            captures: Vec::new(),
            refunds: Vec::new(),
            disputes: Vec::new(),
            let_go: None,
            history: vec![Passage {
                status: Status::Pending,
                at: now,
            }],
        }
    }

    /// What keeps a payment from being asked for, because its order is off already.
    ///
    /// # Errors
    /// An internal problem where the order's lines do not add up: they did when it was placed.
    pub fn tombstone(order: &OrderCancelled, now: Timestamp) -> Result<Self, Problem> {
        let currency = order.lines.first().map(|line| line.unit_price.currency());
        let currency = currency.ok_or_else(|| Problem::internal("an order has no lines"))?;
        let totals = order.lines.iter().map(|line| line.total);
        Ok(Self {
            payment_id: payment_id(order.order_id),
            order_id: order.order_id,
            buyer: order.buyer,
            amount: Money::sum(totals, currency).map_err(Problem::internal)?,
            store_credit: None,
            method: None,
            attempts: Vec::new(),
            status: Status::Voided,
            decline_reason: None,
            next_action: None,
            act_until: None,
            open_since: None,
            unchecked_since: None,
            captures: Vec::new(),
            refunds: Vec::new(),
            disputes: Vec::new(),
            let_go: None,
            history: vec![Passage {
                status: Status::Voided,
                at: now,
            }],
        })
    }

    /// What it becomes; `None` where the input changes nothing.
    pub fn after(&self, input: Input, now: Timestamp) -> Option<Self> {
        let status = transition(self.status, input)?;
        let mut next = self.clone();
        if next.status != status {
            next.history.push(Passage { status, at: now });
            next.next_action = None;
            next.open_since = match input {
                // Whoever was too late may have had the money held all the same: it is let go at once.
                Input::ActionExpired => self.open_since,
                _ => status.is_open().then_some(now),
            };
        }
        next.status = status;
        Some(next)
    }

    /// What it becomes by what the provider says of its money; `None` where that is no news.
    pub fn after_hold(&self, said: &Hold, terms: Terms, now: Timestamp) -> Option<Self> {
        match said {
            Hold::Held => self.after(Input::Held, now),
            Hold::Declined(reason) => self.after_decline(reason, terms, now),
            Hold::ActionRequired(url) => {
                let next = self.after(Input::ActionNeeded, now)?;
                Some(next.asking((ActionKind::Redirect, Some(url)), terms, now))
            }
        }
    }

    /// What it becomes when the time of its customer is over; `None` where it is not.
    pub fn expired(&self, now: Timestamp) -> Option<Self> {
        let action = self.next_action.as_ref()?;
        let next = self.after(Input::ActionExpired, now)?;
        let reason = self.last_decline().unwrap_or(ACTION_EXPIRED);
        (action.until <= now).then(|| next.declined_for_good(reason))
    }

    /// The same, looked at now and no further than it was.
    pub fn put_off(&self, now: Timestamp) -> Self {
        Self {
            open_since: self.open_since.map(|_| now),
            ..self.clone()
        }
    }

    /// Whether the provider was ever known to hold its money.
    pub fn was_authorized(&self) -> bool {
        self.history
            .iter()
            .any(|passage| passage.status == Status::Authorized)
    }

    /// How it is shown: to admins with the notes, to its payer with what there is to do.
    ///
    /// # Errors
    /// None, as long as all of a payment is in one currency.
    pub fn view(&self, created_at: Timestamp, to_admin: bool) -> Result<PaymentView, Problem> {
        let zero = Money::zero(self.amount.currency());
        Ok(PaymentView {
            id: self.payment_id,
            order_id: self.order_id,
            status: self.status,
            amount: self.amount,
            authorized: if self.was_authorized() {
                self.amount
            } else {
                zero
            },
            captured: self.captured()?,
            captures: self.captures.iter().map(CaptureView::of).collect(),
            refunded: self.refunded()?,
            refunds: (self.refunds.iter().map(|refund| refund.view(to_admin))).collect(),
            disputed: self.disputed()?,
            store_credit: (self.store_credit.map(|credit| credit.view(self))).transpose()?,
            method: self.method.clone().unwrap_or_default(),
            attempts: self.tried(),
            decline_reason: self.decline_reason.clone(),
            next_action: self.next_action.clone().filter(|_| !to_admin),
            history: self.history.clone(),
            created_at,
        })
    }
}

impl Owned for Payment {
    fn of_customer(&self, customer: CustomerId) -> bool {
        self.buyer.is(customer)
    }
}

/// Whose the payment of an order is that a guest has placed and a customer has claimed. It is kept apart: the order
/// may be claimed before its payment is asked for, and in the middle of that.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Payer {
    /// The payment, whether there is one yet or not.
    pub payment_id: PaymentId,
    /// Whose it is.
    pub customer_id: CustomerId,
}

impl Payment {
    /// The same, as who has claimed its order sees it.
    pub fn of(mut self, claimed: Option<&Payer>) -> Self {
        if let Some(payer) = claimed {
            self.buyer = Buyer::Customer(payer.customer_id);
        }
        self
    }
}

/// A payment as its customer sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Payment")]
pub struct PaymentView {
    /// Its id.
    pub id: PaymentId,
    /// The order that it pays.
    pub order_id: OrderId,
    /// Where it stands.
    pub status: Status,
    /// How much is asked for.
    pub amount: Money,
    /// How much was held for it, by the provider and as store credit.
    pub authorized: Money,
    /// How much of that has been moved.
    pub captured: Money,
    /// In which parts, the first first.
    pub captures: Vec<CaptureView>,
    /// How much of that has been given back.
    pub refunded: Money,
    /// In which parts, the first first: also what is about to be given back, and what the provider refused to.
    pub refunds: Vec<RefundView>,
    /// How much of what was captured the customer's bank has taken back, and has not given up again.
    pub disputed: Money,
    /// What of it is paid with store credit, if any is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_credit: Option<PaidByCredit>,
    /// How the rest of it is paid.
    pub method: String,
    /// Every method that was tried, the first first.
    pub attempts: Vec<Attempt>,
    /// Why it was declined, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decline_reason: Option<String>,
    /// What its payer is to do before the provider holds the money, while it is `action_required`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_action: Option<NextAction>,
    /// Every state that it has been in.
    pub history: Vec<Passage>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// A capture as the customer sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Capture")]
pub struct CaptureView {
    /// Counts the captures of a payment, from 1.
    pub number: u32,
    /// From where.
    pub source: Source,
    /// How much.
    pub amount: Money,
    /// How far it is.
    pub status: Progress,
    /// Why the provider refused, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    /// When it came to this.
    pub at: Timestamp,
}

impl CaptureView {
    fn of(capture: &Capture) -> Self {
        Self {
            number: capture.number,
            source: capture.source,
            amount: capture.amount,
            status: capture.status,
            failure_reason: capture.failure_reason.clone(),
            at: capture.at,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use contracts::Event;

    use super::*;

    fn payment() -> Payment {
        Payment::asked_for(&OrderStockReserved::example(), Timestamp::from_second(1))
    }

    #[test]
    fn the_order_and_the_payment_lead_to_each_other() {
        let order = OrderStockReserved::example().order_id;
        assert_eq!(payment().payment_id, payment_id(order));
        assert_eq!(payment_id(order).to_string()[4..], order.to_string()[4..]);
    }

    #[test]
    fn history_has_each_state_once() {
        let later = Timestamp::from_second(2);
        let unknown = payment().after(Input::AnswerLost, later).unwrap();
        let again = unknown.after(Input::AnswerLost, later).unwrap();
        assert_eq!(unknown, again);
        let held = again.after(Input::Held, later).unwrap();
        let states: Vec<Status> = held.history.iter().map(|passage| passage.status).collect();
        assert_eq!(
            states,
            [Status::Pending, Status::Unknown, Status::Authorized]
        );
        assert!(held.was_authorized() && !again.was_authorized());
    }

    const TERMS: Terms = Terms {
        time: Duration::from_mins(1),
        attempts: 1,
    };

    #[test]
    fn a_customer_who_is_to_act_has_so_much_time_and_no_more() {
        let at = Timestamp::from_second;
        let said = Hold::ActionRequired("https://bank.example".to_owned());
        let waiting = payment().after_hold(&said, TERMS, at(2)).unwrap();
        assert_eq!(waiting.status, Status::ActionRequired);
        assert_eq!(waiting.next_action.as_ref().unwrap().until, at(62));
        assert_eq!(waiting.after_hold(&said, TERMS, at(30)), None);
        assert_eq!(waiting.expired(at(61)), None);
        let expired = waiting.expired(at(62)).unwrap();
        assert_eq!(expired.status, Status::Declined);
        assert_eq!(expired.decline_reason.as_deref(), Some(ACTION_EXPIRED));
        assert_eq!(expired.next_action, None);
        assert_eq!(expired.expired(at(63)), None);
        assert_eq!(payment().expired(at(99)), None);
    }

    #[test]
    fn what_is_open_is_looked_after_and_so_is_what_was_too_late() {
        let at = Timestamp::from_second;
        let said = Hold::ActionRequired(String::new());
        let waiting = payment().after_hold(&said, TERMS, at(2)).unwrap();
        assert_eq!(waiting.open_since, Some(at(2)));
        assert_eq!(waiting.put_off(at(9)).open_since, Some(at(9)));
        assert_eq!(waiting.expired(at(99)).unwrap().open_since, Some(at(2)));
        for over in [Hold::Held, Hold::Declined(String::new())] {
            let over = waiting.after_hold(&over, TERMS, at(3)).unwrap();
            assert_eq!(over.open_since, None);
            assert_eq!(over.put_off(at(9)), over);
        }
    }

    #[test]
    fn only_the_payer_is_shown_where_to_act() {
        let said = Hold::ActionRequired("https://bank.example".to_owned());
        let now = Timestamp::from_second(2);
        let waiting = payment().after_hold(&said, TERMS, now).unwrap();
        assert!(waiting.view(now, false).unwrap().next_action.is_some());
        assert!(waiting.view(now, true).unwrap().next_action.is_none());
    }

    #[test]
    fn a_tombstone_is_worth_what_the_order_was_and_takes_no_money() {
        let tombstone =
            Payment::tombstone(&OrderCancelled::example(), Timestamp::from_second(1)).unwrap();
        assert_eq!(tombstone.amount.amount(), 3998);
        assert_eq!(
            tombstone.after(Input::Held, Timestamp::from_second(2)),
            None
        );
        assert!(!tombstone.was_authorized());
    }

    #[test]
    fn a_guests_payment_is_nobodys_until_the_order_is_claimed() {
        let OrderStockReserved { buyer, .. } = OrderStockReserved::example();
        let customer_id = buyer.customer().unwrap();
        let of_guest = OrderStockReserved {
            buyer: Buyer::Guest,
            ..OrderStockReserved::example()
        };
        let payment = Payment::asked_for(&of_guest, Timestamp::from_second(1));
        assert!(!payment.of_customer(customer_id));
        let payer = Payer {
            payment_id: payment.payment_id,
            customer_id,
        };
        assert!(payment.clone().of(Some(&payer)).of_customer(customer_id));
        assert_eq!(payment.clone().of(None), payment);
    }
}
