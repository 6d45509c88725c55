//! A payment: whose, for what, how much, and what has become of it. Pure.

use contracts::events::{OrderCancelled, OrderStockReserved};
use kernel::{Buyer, CustomerId, Id, Money, OrderId, Owned, PaymentId, Problem, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    capture::{Capture, Progress},
    lifecycle::{Input, Status, transition},
    provider::Charge,
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
    /// How. None for a tombstone: the order was cancelled before anything was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// Why it was declined, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decline_reason: Option<String>,
    /// What of its money was moved to us, or is to be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captures: Vec<Capture>,
    /// What of that was given back, or is to be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
    /// Whether the provider held any money to let go of when the payment was voided, or its order complete. None until
    /// it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub let_go: Option<bool>,
    /// Every state that it has been in.
    pub history: Vec<Passage>,
}

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
            method: Some(order.payment_method.clone()),
            status: Status::Pending,
            decline_reason: None,
            captures: Vec::new(),
            refunds: Vec::new(),
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
            method: None,
            status: Status::Voided,
            decline_reason: None,
            captures: Vec::new(),
            refunds: Vec::new(),
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
        }
        next.status = status;
        Some(next)
    }

    /// Whether the provider was ever known to hold its money.
    pub fn was_authorized(&self) -> bool {
        self.history
            .iter()
            .any(|passage| passage.status == Status::Authorized)
    }

    /// What the provider is asked for, under the key that makes asking again harmless.
    pub fn charge(&self) -> Charge {
        Charge {
            key: self.payment_id.to_string(),
            amount: self.amount,
            method: self.method.clone().unwrap_or_default(),
        }
    }

    /// How it is shown, to admins with the notes.
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
            method: self.method.clone().unwrap_or_default(),
            decline_reason: self.decline_reason.clone(),
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
    /// How much the provider has held for it.
    pub authorized: Money,
    /// How much of that has been moved.
    pub captured: Money,
    /// In which parts, the first first.
    pub captures: Vec<CaptureView>,
    /// How much of that has been given back.
    pub refunded: Money,
    /// In which parts, the first first: also what is about to be given back, and what the provider refused to.
    pub refunds: Vec<RefundView>,
    /// How it is paid.
    pub method: String,
    /// Why it was declined, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decline_reason: Option<String>,
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
            amount: capture.amount,
            status: capture.status,
            failure_reason: capture.failure_reason.clone(),
            at: capture.at,
        }
    }
}

#[cfg(test)]
mod tests {
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
