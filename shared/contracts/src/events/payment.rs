//! What happens to payments.

use kernel::{Money, OrderId, PaymentId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{example_id, example_order, example_total};
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
    /// The provider has moved the money to us.
    PaymentCaptured = "payment.captured.v1";
    /// The provider has let the held money go.
    PaymentVoided = "payment.voided.v1";
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
