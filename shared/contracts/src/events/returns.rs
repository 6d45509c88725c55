//! What happens to goods that customers send back.

use kernel::{Buyer, FulfilmentId, Money, OrderId, Quantity, SellerId, VariantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    example_customer, example_id, example_order, example_price, example_quantity, example_seller,
    example_variant,
};
use crate::Event;

/// Why goods are sent back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReturnReason {
    /// They are not wanted any more.
    Unwanted,
    /// They are broken, or came so.
    Defective,
    /// They are not what was shown.
    NotAsDescribed,
    /// Something else was in the parcel.
    WrongItem,
    /// They came too late.
    Late,
}

/// Pieces of a return.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReturnedPieces {
    /// Of what.
    pub variant_id: VariantId,
    /// How many.
    pub quantity: Quantity,
}

/// What is told of a return.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReturnTold {
    /// The order.
    pub order_id: OrderId,
    /// Who ordered; not there where a guest did.
    #[serde(
        rename = "customer_id",
        default,
        skip_serializing_if = "Buyer::is_guest"
    )]
    pub buyer: Buyer,
    /// Counts the returns of an order, from 1.
    #[serde(rename = "return")]
    pub number: u32,
    /// The part of the order that it is of.
    pub fulfilment_id: FulfilmentId,
    /// Who has sold it.
    pub seller_id: SellerId,
    /// What is sent back.
    pub lines: Vec<ReturnedPieces>,
    /// Why.
    pub reason: ReturnReason,
}

macro_rules! return_events {
    ($($(#[$doc:meta])* $name:ident = $type:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
        pub struct $name(pub ReturnTold);

        impl Event for $name {
            const TYPE: &'static str = $type;
            const AGGREGATE: &'static str = "order";
            fn aggregate_id(&self) -> String {
                self.0.order_id.to_string()
            }
            fn seller(&self) -> Option<SellerId> {
                Some(self.0.seller_id)
            }
            fn example() -> Self {
                Self(ReturnTold {
                    order_id: example_order(),
                    buyer: Buyer::Customer(example_customer()),
                    number: 1,
                    fulfilment_id: example_id(7),
                    seller_id: example_seller(),
                    lines: vec![ReturnedPieces {
                        variant_id: example_variant(),
                        quantity: example_quantity(),
                    }],
                    reason: ReturnReason::Defective,
                })
            }
        }
    )*};
}

return_events! {
    /// A customer asks to send goods back.
    OrderReturnRequested = "order.return-requested.v1";
    /// Their seller takes them back.
    OrderReturnApproved = "order.return-approved.v1";
    /// Their seller does not take them back.
    OrderReturnRefused = "order.return-refused.v1";
    /// The customer keeps them after all.
    OrderReturnWithdrawn = "order.return-withdrawn.v1";
}

/// How much of one line of an order has come back. Neither count ever shrinks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LineReturn {
    /// What was ordered.
    pub variant_id: VariantId,
    /// Who sells it.
    pub seller_id: SellerId,
    /// How many pieces can be sold again.
    pub restocked: u32,
    /// How many pieces have come back and cannot.
    pub written_off: u32,
}

/// Money that is due for goods that came back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReturnRefund {
    /// The return.
    #[serde(rename = "return")]
    pub number: u32,
    /// Who has sold them, and bears it.
    pub seller_id: SellerId,
    /// How much.
    pub amount: Money,
}

/// Goods have come back.
///
/// It tells what has come back of the whole order so far, and all that is still due for it: whoever hears it late,
/// twice or out of order moves on to the counts that it names and never back, and gives money back once a return.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OrderReturnReceived {
    /// The order.
    pub order_id: OrderId,
    /// Who ordered; not there where a guest did.
    #[serde(
        rename = "customer_id",
        default,
        skip_serializing_if = "Buyer::is_guest"
    )]
    pub buyer: Buyer,
    /// The return that has come last.
    #[serde(rename = "return")]
    pub number: u32,
    /// How much of each line of the order has come back so far; lines without are not there.
    pub lines: Vec<LineReturn>,
    /// What is due for returns of which nobody has said yet that it was given back.
    pub refunds: Vec<ReturnRefund>,
}

impl Event for OrderReturnReceived {
    const TYPE: &'static str = "order.return-received.v1";
    const AGGREGATE: &'static str = "order";
    fn aggregate_id(&self) -> String {
        self.order_id.to_string()
    }
    fn example() -> Self {
        Self {
            order_id: example_order(),
            buyer: Buyer::Customer(example_customer()),
            number: 1,
            lines: vec![LineReturn {
                variant_id: example_variant(),
                seller_id: example_seller(),
                restocked: 1,
                written_off: 0,
            }],
            refunds: vec![ReturnRefund {
                number: 1,
                seller_id: example_seller(),
                amount: example_price(),
            }],
        }
    }
}
