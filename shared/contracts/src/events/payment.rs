//! What happens to payments.

use std::time::Duration;

use kernel::{
    CustomerId, DisputeId, Money, OrderId, PaymentId, SellerId, StoreCreditGiftId, Timestamp,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    example_customer, example_id, example_order, example_price, example_seller, example_time,
    example_total,
};
use crate::Event;

macro_rules! payment_events {
    ($($(#[$doc:meta])* $name:ident = $type:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
        pub struct $name {
            /// The payment.
            pub payment_id: PaymentId,
            /// The order that it pays.
            pub order_id: OrderId,
            /// How much.
            pub amount: Money,
        }

        impl Event for $name {
            const TYPE: &'static str = $type;
            const AGGREGATE: &'static str = "payment";
            fn aggregate_id(&self) -> String {
                self.payment_id.to_string()
            }
            fn example() -> Self {
                Self { payment_id: example_id(8), order_id: example_order(), amount: example_total() }
            }
        }
    )*};
}

payment_events! {
    /// The provider holds the money for us.
    PaymentAuthorized = "payment.authorized.v1";
    /// The provider has let held money go: all of it, or what was left after parts of it were captured.
    PaymentVoided = "payment.voided.v1";
}

/// The provider holds the money once the customer has acted: has shown the bank who they are, or named another method
/// than the one that was declined. What it is, and where they act, is no one's to know but theirs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentActionRequired {
    /// The payment.
    pub payment_id: PaymentId,
    /// The order that it pays.
    pub order_id: OrderId,
    /// How much.
    pub amount: Money,
    /// Until when the payment waits for that; then it is declined.
    pub until: Timestamp,
}

impl Event for PaymentActionRequired {
    const TYPE: &'static str = "payment.action-required.v1";
    const AGGREGATE: &'static str = "payment";
    fn aggregate_id(&self) -> String {
        self.payment_id.to_string()
    }
    fn example() -> Self {
        Self {
            payment_id: example_id(8),
            order_id: example_order(),
            amount: example_total(),
            until: example_time().plus(Duration::from_mins(15)),
        }
    }
}

/// The customer has named another method. The provider is not asked yet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentAttemptRequested {
    /// The payment.
    pub payment_id: PaymentId,
    /// The order that it pays.
    pub order_id: OrderId,
    /// Counts the methods that were tried, from 1: the first that is told of so is 2.
    pub attempt: u32,
}

impl Event for PaymentAttemptRequested {
    const TYPE: &'static str = "payment.attempt-requested.v1";
    const AGGREGATE: &'static str = "payment";
    fn aggregate_id(&self) -> String {
        self.payment_id.to_string()
    }
    fn example() -> Self {
        Self {
            payment_id: example_id(8),
            order_id: example_order(),
            attempt: 2,
        }
    }
}

/// The provider does not hold the money.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentDeclined {
    /// The payment.
    pub payment_id: PaymentId,
    /// The order that it should have paid.
    pub order_id: OrderId,
    /// How much.
    pub amount: Money,
    /// What the provider says: `card_declined`, …
    pub reason: String,
}

impl Event for PaymentDeclined {
    const TYPE: &'static str = "payment.declined.v1";
    const AGGREGATE: &'static str = "payment";
    fn aggregate_id(&self) -> String {
        self.payment_id.to_string()
    }
    fn example() -> Self {
        Self {
            payment_id: example_id(8),
            order_id: example_order(),
            amount: example_total(),
            reason: "card_declined".to_owned(),
        }
    }
}

/// The provider has moved money to us: all that it held, or a part of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentCaptured {
    /// The payment.
    pub payment_id: PaymentId,
    /// The order that it pays.
    pub order_id: OrderId,
    /// How much was moved now.
    pub amount: Money,
    /// How much has been moved so far, this included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<Money>,
}

impl Event for PaymentCaptured {
    const TYPE: &'static str = "payment.captured.v1";
    const AGGREGATE: &'static str = "payment";
    fn aggregate_id(&self) -> String {
        self.payment_id.to_string()
    }
    fn example() -> Self {
        Self {
            payment_id: example_id(8),
            order_id: example_order(),
            amount: example_price(),
            captured: Some(example_total()),
        }
    }
}

/// The provider refuses for good to move money that it holds: what was shipped for it is not paid.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentCaptureFailed {
    /// The payment.
    pub payment_id: PaymentId,
    /// The order that it should have paid.
    pub order_id: OrderId,
    /// How much was to be moved.
    pub amount: Money,
    /// What the provider says.
    pub reason: String,
}

impl Event for PaymentCaptureFailed {
    const TYPE: &'static str = "payment.capture-failed.v1";
    const AGGREGATE: &'static str = "payment";
    fn aggregate_id(&self) -> String {
        self.payment_id.to_string()
    }
    fn example() -> Self {
        Self {
            payment_id: example_id(8),
            order_id: example_order(),
            amount: example_price(),
            reason: "capture_declined".to_owned(),
        }
    }
}

/// What has become of a payment's money, in all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentSums {
    /// What the provider has held.
    pub held: Money,
    /// What of that it has moved to us.
    pub captured: Money,
    /// What of that it has given back.
    pub refunded: Money,
    /// What of the held it has let go.
    pub released: Money,
    /// What of the captured customers' banks have taken back, and have not given up again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disputed: Option<Money>,
}

/// A payment and the provider's books differ, although nothing of it is on its way. Someone has to look at it: nothing
/// is corrected by itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentDiscrepancyFound {
    /// The payment.
    pub payment_id: PaymentId,
    /// The order that it pays.
    pub order_id: OrderId,
    /// The revision of the payment that was compared.
    pub payment_revision: u64,
    /// What the payment says.
    pub payment: PaymentSums,
    /// What the provider's books say.
    pub provider: PaymentSums,
}

impl Event for PaymentDiscrepancyFound {
    const TYPE: &'static str = "payment.discrepancy-found.v1";
    const AGGREGATE: &'static str = "payment";
    fn aggregate_id(&self) -> String {
        self.payment_id.to_string()
    }
    fn example() -> Self {
        let nothing = Money::zero(example_total().currency());
        let captured = |captured| PaymentSums {
            held: example_total(),
            captured,
            refunded: nothing,
            released: nothing,
            disputed: None,
        };
        Self {
            payment_id: example_id(8),
            order_id: example_order(),
            payment_revision: 4,
            payment: captured(example_price()),
            provider: captured(example_total()),
        }
    }
}

/// An admin has decided to give money back. The provider is not asked yet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentRefundRequested {
    /// The payment.
    pub payment_id: PaymentId,
    /// The order that it pays.
    pub order_id: OrderId,
    /// Counts the refunds of a payment, from 1.
    pub refund: u32,
    /// How much of it.
    pub amount: Money,
}

impl Event for PaymentRefundRequested {
    const TYPE: &'static str = "payment.refund-requested.v1";
    const AGGREGATE: &'static str = "payment";
    fn aggregate_id(&self) -> String {
        self.payment_id.to_string()
    }
    fn example() -> Self {
        Self {
            payment_id: example_id(8),
            order_id: example_order(),
            refund: 1,
            amount: example_price(),
        }
    }
}

/// The provider has given money back that was captured.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentRefunded {
    /// The payment.
    pub payment_id: PaymentId,
    /// The order that it pays.
    pub order_id: OrderId,
    /// Counts the refunds of a payment, from 1.
    pub refund: u32,
    /// How much of it.
    pub amount: Money,
    /// How much has been given back so far, this included.
    pub refunded: Money,
    /// The return of the order that it is for, if it is for one.
    #[serde(rename = "return", default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<u32>,
}

impl Event for PaymentRefunded {
    const TYPE: &'static str = "payment.refunded.v1";
    const AGGREGATE: &'static str = "payment";
    fn aggregate_id(&self) -> String {
        self.payment_id.to_string()
    }
    fn example() -> Self {
        Self {
            payment_id: example_id(8),
            order_id: example_order(),
            refund: 1,
            amount: example_price(),
            refunded: example_total(),
            returned: None,
        }
    }
}

/// The provider refuses for good to give money back: it stays captured, and can be given back in another way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentRefundFailed {
    /// The payment.
    pub payment_id: PaymentId,
    /// The order that it pays.
    pub order_id: OrderId,
    /// Counts the refunds of a payment, from 1.
    pub refund: u32,
    /// How much of it.
    pub amount: Money,
    /// What the provider says.
    pub reason: String,
    /// The return of the order that it is for, if it is for one.
    #[serde(rename = "return", default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<u32>,
}

impl Event for PaymentRefundFailed {
    const TYPE: &'static str = "payment.refund-failed.v1";
    const AGGREGATE: &'static str = "payment";
    fn aggregate_id(&self) -> String {
        self.payment_id.to_string()
    }
    fn example() -> Self {
        Self {
            payment_id: example_id(8),
            order_id: example_order(),
            refund: 1,
            amount: example_price(),
            reason: "refund_declined".to_owned(),
            returned: Some(1),
        }
    }
}

/// A customer has had their bank take money back that was captured. It is gone until it is decided who was right.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentDisputeOpened {
    /// The dispute.
    pub dispute_id: DisputeId,
    /// The payment.
    pub payment_id: PaymentId,
    /// The order that it pays.
    pub order_id: OrderId,
    /// How much of it.
    pub amount: Money,
    /// What the customer's bank says: `fraudulent`, `product_not_received`, …
    pub reason: String,
    /// Until when it can be answered.
    pub respond_by: Timestamp,
}

impl Event for PaymentDisputeOpened {
    const TYPE: &'static str = "payment.dispute-opened.v1";
    const AGGREGATE: &'static str = "dispute";
    fn aggregate_id(&self) -> String {
        self.dispute_id.to_string()
    }
    fn example() -> Self {
        Self {
            dispute_id: example_id(10),
            payment_id: example_id(8),
            order_id: example_order(),
            amount: example_price(),
            reason: "product_not_received".to_owned(),
            respond_by: example_time().plus(Duration::from_hours(7 * 24)),
        }
    }
}

/// An admin has answered a dispute: has given evidence, or given up. The provider is not told yet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentDisputeAnswered {
    /// The dispute.
    pub dispute_id: DisputeId,
    /// The payment.
    pub payment_id: PaymentId,
    /// The order that it pays.
    pub order_id: OrderId,
    /// Counts the answers to a dispute, from 1: one that the provider does not take may be followed by another.
    pub answer: u32,
}

impl Event for PaymentDisputeAnswered {
    const TYPE: &'static str = "payment.dispute-answered.v1";
    const AGGREGATE: &'static str = "dispute";
    fn aggregate_id(&self) -> String {
        self.dispute_id.to_string()
    }
    fn example() -> Self {
        Self {
            dispute_id: example_id(10),
            payment_id: example_id(8),
            order_id: example_order(),
            answer: 1,
        }
    }
}

/// How a dispute has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisputeOutcome {
    /// The money has come back to us.
    Won,
    /// It stays with the customer.
    Lost,
}

/// What of a lost dispute one seller bears.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DisputeShare {
    /// Who has sold the goods.
    pub seller_id: SellerId,
    /// How much of the disputed amount; the marketplace gives its commission on it back.
    pub amount: Money,
}

/// A dispute is decided.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentDisputeClosed {
    /// The dispute.
    pub dispute_id: DisputeId,
    /// The payment.
    pub payment_id: PaymentId,
    /// The order that it pays.
    pub order_id: OrderId,
    /// How much of it was disputed.
    pub amount: Money,
    /// How it has ended.
    pub outcome: DisputeOutcome,
    /// What sellers bear of it. What they do not, the marketplace does.
    pub borne_by: Vec<DisputeShare>,
}

impl Event for PaymentDisputeClosed {
    const TYPE: &'static str = "payment.dispute-closed.v1";
    const AGGREGATE: &'static str = "dispute";
    fn aggregate_id(&self) -> String {
        self.dispute_id.to_string()
    }
    fn example() -> Self {
        Self {
            dispute_id: example_id(10),
            payment_id: example_id(8),
            order_id: example_order(),
            amount: example_price(),
            outcome: DisputeOutcome::Lost,
            borne_by: vec![DisputeShare {
                seller_id: example_seller(),
                amount: example_price(),
            }],
        }
    }
}

/// A customer was given store credit: can buy for so much more without paying.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentStoreCreditGiven {
    /// What was given.
    pub gift_id: StoreCreditGiftId,
    /// To whom.
    pub customer_id: CustomerId,
    /// How much.
    pub amount: Money,
    /// Why: `goodwill`, `compensation`, `promotion`, `correction`.
    pub reason: String,
}

impl Event for PaymentStoreCreditGiven {
    const TYPE: &'static str = "payment.store-credit-given.v1";
    const AGGREGATE: &'static str = "store-credit-gift";
    fn aggregate_id(&self) -> String {
        self.gift_id.to_string()
    }
    fn example() -> Self {
        Self {
            gift_id: example_id(8),
            customer_id: example_customer(),
            amount: example_price(),
            reason: "goodwill".to_owned(),
        }
    }
}
