//! What happens to orders.

use kernel::{
    Buyer, CartId, CustomerId, FulfilmentId, Money, OrderId, ProductId, Quantity, SellerId,
    VariantId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    example_customer, example_id, example_order, example_price, example_product, example_quantity,
    example_seller, example_total, example_variant,
};
use crate::{Event, GuestCart};

/// One line of an order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OrderLine {
    /// What is bought.
    pub variant_id: VariantId,
    /// The product that it is a variant of.
    pub product_id: ProductId,
    /// Who sells it.
    pub seller_id: SellerId,
    /// How many pieces.
    pub quantity: Quantity,
    /// The price of one.
    pub unit_price: Money,
    /// The price of all.
    pub total: Money,
}

fn example_lines() -> Vec<OrderLine> {
    vec![OrderLine {
        variant_id: example_variant(),
        product_id: example_product(),
        seller_id: example_seller(),
        quantity: example_quantity(),
        unit_price: example_price(),
        total: example_total(),
    }]
}

/// A cart was ordered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OrderPlaced {
    /// The order.
    pub order_id: OrderId,
    /// Who ordered; not there where a guest did.
    #[serde(
        rename = "customer_id",
        default,
        skip_serializing_if = "Buyer::is_guest"
    )]
    pub buyer: Buyer,
    /// The cart that was ordered.
    pub cart_id: CartId,
    /// The version of the cart that was ordered.
    pub cart_version: u64,
    /// Where the cart is found if it was a guest's: the SHA-256 of its token, which opens nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest_cart: Option<GuestCart>,
    /// What was ordered: 1 to 50 lines, one a variant.
    pub lines: Vec<OrderLine>,
    /// What it costs.
    pub total: Money,
}

impl Event for OrderPlaced {
    const TYPE: &'static str = "order.placed.v1";
    const AGGREGATE: &'static str = "order";
    fn aggregate_id(&self) -> String {
        self.order_id.to_string()
    }
    fn example() -> Self {
        Self {
            order_id: example_order(),
            buyer: Buyer::Customer(example_customer()),
            cart_id: example_id(6),
            cart_version: 3,
            guest_cart: None,
            lines: example_lines(),
            total: example_total(),
        }
    }
}

/// Stock is reserved for the whole order: it can be paid.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OrderStockReserved {
    /// The order.
    pub order_id: OrderId,
    /// Who ordered; not there where a guest did.
    #[serde(
        rename = "customer_id",
        default,
        skip_serializing_if = "Buyer::is_guest"
    )]
    pub buyer: Buyer,
    /// What to authorise.
    pub total: Money,
    /// How the customer wants to pay: a token of the provider's, no secret.
    pub payment_method: String,
    /// How much of that the customer pays with store credit, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_credit: Option<Money>,
}

impl Event for OrderStockReserved {
    const TYPE: &'static str = "order.stock-reserved.v1";
    const AGGREGATE: &'static str = "order";
    fn aggregate_id(&self) -> String {
        self.order_id.to_string()
    }
    fn example() -> Self {
        Self {
            order_id: example_order(),
            buyer: Buyer::Customer(example_customer()),
            total: example_total(),
            payment_method: "pm_sandbox_ok".to_owned(),
            store_credit: None,
        }
    }
}

/// Stock is reserved and payment authorised: the order stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OrderConfirmed {
    /// The order.
    pub order_id: OrderId,
    /// Who ordered; not there where a guest did.
    #[serde(
        rename = "customer_id",
        default,
        skip_serializing_if = "Buyer::is_guest"
    )]
    pub buyer: Buyer,
    /// What was ordered.
    pub lines: Vec<OrderLine>,
    /// What it costs.
    pub total: Money,
}

impl Event for OrderConfirmed {
    const TYPE: &'static str = "order.confirmed.v1";
    const AGGREGATE: &'static str = "order";
    fn aggregate_id(&self) -> String {
        self.order_id.to_string()
    }
    fn example() -> Self {
        Self {
            order_id: example_order(),
            buyer: Buyer::Customer(example_customer()),
            lines: example_lines(),
            total: example_total(),
        }
    }
}

/// How far one line of an order has come: `shipped + cancelled ≤ quantity`, and neither ever shrinks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LineProgress {
    /// What was ordered.
    pub variant_id: VariantId,
    /// Who sells it.
    pub seller_id: SellerId,
    /// How many pieces were ordered.
    pub quantity: Quantity,
    /// How many of them are shipped.
    pub shipped: u32,
    /// How many of them are called off.
    pub cancelled: u32,
    /// The price of one.
    pub unit_price: Money,
}

/// Pieces of a confirmed order were shipped or called off.
///
/// It tells how far the whole order has come, not what has changed: whoever hears it late, twice or out of order
/// moves on to the counts that it names and never back. Shipped pieces leave the stock and are paid; pieces that are
/// called off return to it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OrderProgressed {
    /// The order.
    pub order_id: OrderId,
    /// Who ordered; not there where a guest did.
    #[serde(
        rename = "customer_id",
        default,
        skip_serializing_if = "Buyer::is_guest"
    )]
    pub buyer: Buyer,
    /// How far each line has come.
    pub lines: Vec<LineProgress>,
    /// The price of all that is shipped: up to it the payment is captured.
    pub due: Money,
    /// The price of what may still be shipped: so much stays authorised, and the rest is let go.
    pub open: Money,
    /// How much of it the order knows to be captured: who has captured more says so again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<Money>,
}

impl Event for OrderProgressed {
    const TYPE: &'static str = "order.progressed.v1";
    const AGGREGATE: &'static str = "order";
    fn aggregate_id(&self) -> String {
        self.order_id.to_string()
    }
    fn example() -> Self {
        Self {
            order_id: example_order(),
            buyer: Buyer::Customer(example_customer()),
            lines: vec![LineProgress {
                variant_id: example_variant(),
                seller_id: example_seller(),
                quantity: example_quantity(),
                shipped: 1,
                cancelled: 0,
                unit_price: example_price(),
            }],
            due: example_price(),
            open: example_price(),
            captured: None,
        }
    }
}

/// Every piece of the order that was not cancelled has been shipped.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OrderShipped {
    /// The order.
    pub order_id: OrderId,
    /// Who ordered; not there where a guest did.
    #[serde(
        rename = "customer_id",
        default,
        skip_serializing_if = "Buyer::is_guest"
    )]
    pub buyer: Buyer,
    /// What was shipped.
    pub lines: Vec<OrderLine>,
    /// The parts that it was shipped in.
    pub fulfilments: Vec<FulfilmentId>,
    /// What it comes to.
    pub total: Money,
}

impl Event for OrderShipped {
    const TYPE: &'static str = "order.shipped.v1";
    const AGGREGATE: &'static str = "order";
    fn aggregate_id(&self) -> String {
        self.order_id.to_string()
    }
    fn example() -> Self {
        Self {
            order_id: example_order(),
            buyer: Buyer::Customer(example_customer()),
            lines: example_lines(),
            fulfilments: vec![example_id(7)],
            total: example_total(),
        }
    }
}

/// Everything that was shipped of the order has arrived.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OrderDelivered {
    /// The order.
    pub order_id: OrderId,
    /// Who ordered; not there where a guest did.
    #[serde(
        rename = "customer_id",
        default,
        skip_serializing_if = "Buyer::is_guest"
    )]
    pub buyer: Buyer,
}

impl Event for OrderDelivered {
    const TYPE: &'static str = "order.delivered.v1";
    const AGGREGATE: &'static str = "order";
    fn aggregate_id(&self) -> String {
        self.order_id.to_string()
    }
    fn example() -> Self {
        Self {
            order_id: example_order(),
            buyer: Buyer::Customer(example_customer()),
        }
    }
}

/// Why an order was cancelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// There was not enough stock.
    OutOfStock,
    /// The payment was declined.
    PaymentDeclined,
    /// The customer wanted it.
    Customer,
    /// It was not paid in time.
    Expired,
    /// Its sellers did not want to ship it.
    Rejected,
    /// More is held for its buyer than for any buyer.
    HoldLimit,
}

/// The order is cancelled: what was reserved returns, what was authorised is voided.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OrderCancelled {
    /// The order.
    pub order_id: OrderId,
    /// Who ordered; not there where a guest did.
    #[serde(
        rename = "customer_id",
        default,
        skip_serializing_if = "Buyer::is_guest"
    )]
    pub buyer: Buyer,
    /// What was ordered.
    pub lines: Vec<OrderLine>,
    /// Why.
    pub reason: CancelReason,
}

impl Event for OrderCancelled {
    const TYPE: &'static str = "order.cancelled.v1";
    const AGGREGATE: &'static str = "order";
    fn aggregate_id(&self) -> String {
        self.order_id.to_string()
    }
    fn example() -> Self {
        Self {
            order_id: example_order(),
            buyer: Buyer::Customer(example_customer()),
            lines: example_lines(),
            reason: CancelReason::OutOfStock,
        }
    }
}

/// A guest's order is a customer's from now on: who had placed it has made an account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OrderClaimed {
    /// The order.
    pub order_id: OrderId,
    /// Whose it is.
    pub customer_id: CustomerId,
}

impl Event for OrderClaimed {
    const TYPE: &'static str = "order.claimed.v1";
    const AGGREGATE: &'static str = "order";
    fn aggregate_id(&self) -> String {
        self.order_id.to_string()
    }
    fn example() -> Self {
        Self {
            order_id: example_order(),
            customer_id: example_customer(),
        }
    }
}

/// A guest wants the link to an order once more. It goes to the order's address, and follows from the order's id and
/// a key of the stage (see [`crate::guest_order`]).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OrderGuestLinkRequested {
    /// The order.
    pub order_id: OrderId,
}

impl Event for OrderGuestLinkRequested {
    const TYPE: &'static str = "order.guest-link-requested.v1";
    const AGGREGATE: &'static str = "order";
    fn aggregate_id(&self) -> String {
        self.order_id.to_string()
    }
    fn example() -> Self {
        Self {
            order_id: example_order(),
        }
    }
}
