//! What happens to payouts: what sellers are owed, on its way to their banks.

use kernel::{Money, PayoutId, SellerId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{example_id, example_price, example_seller};
use crate::Event;

macro_rules! payout_events {
    ($($(#[$doc:meta])* $name:ident = $type:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
        pub struct $name {
            /// The payout.
            pub payout_id: PayoutId,
            /// To whom.
            pub seller_id: SellerId,
            /// How much.
            pub amount: Money,
        }

        impl Event for $name {
            const TYPE: &'static str = $type;
            const AGGREGATE: &'static str = "payout";
            fn aggregate_id(&self) -> String {
                self.payout_id.to_string()
            }
            fn seller(&self) -> Option<SellerId> {
                Some(self.seller_id)
            }
            fn example() -> Self {
                Self { payout_id: example_id(12), seller_id: example_seller(), amount: example_price() }
            }
        }
    )*};
}

payout_events! {
    /// A seller is to be paid what it is owed: it is off the seller's account. The provider is not asked yet. Told
    /// again, where nobody has heard what the provider has made of it.
    PaymentPayoutScheduled = "payment.payout-scheduled.v1";
    /// The provider has paid it.
    PaymentPayoutPaid = "payment.payout-paid.v1";
}

/// The provider refuses for good to pay it: the seller is owed it again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentPayoutFailed {
    /// The payout.
    pub payout_id: PayoutId,
    /// To whom it should have gone.
    pub seller_id: SellerId,
    /// How much.
    pub amount: Money,
    /// What the provider says.
    pub reason: String,
}

impl Event for PaymentPayoutFailed {
    const TYPE: &'static str = "payment.payout-failed.v1";
    const AGGREGATE: &'static str = "payout";
    fn aggregate_id(&self) -> String {
        self.payout_id.to_string()
    }
    fn seller(&self) -> Option<SellerId> {
        Some(self.seller_id)
    }
    fn example() -> Self {
        Self {
            payout_id: example_id(12),
            seller_id: example_seller(),
            amount: example_price(),
            reason: "payout_declined".to_owned(),
        }
    }
}
