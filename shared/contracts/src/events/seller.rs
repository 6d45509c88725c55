//! What happens to sellers, and to who works for them. No name, no address, no reason: those are read from the
//! seller service.

use kernel::{CustomerId, InvitationId, SellerId, StaffRole};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{example_customer, example_id, example_seller};
use crate::Event;

macro_rules! seller_events {
    ($($(#[$doc:meta])* $name:ident = $event:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
        pub struct $name {
            /// Which seller.
            pub seller_id: SellerId,
            /// Whose it is.
            pub customer_id: CustomerId,
        }

        impl Event for $name {
            const TYPE: &'static str = $event;
            const AGGREGATE: &'static str = "seller";
            fn aggregate_id(&self) -> String {
                self.seller_id.to_string()
            }
            fn seller(&self) -> Option<SellerId> {
                Some(self.seller_id)
            }
            fn example() -> Self {
                Self {
                    seller_id: SellerId::of(example_customer()),
                    customer_id: example_customer(),
                }
            }
        }
    )*};
}

seller_events! {
    /// Someone wants to sell, for the first time or again.
    SellerApplied = "seller.applied.v1";
    /// An applicant may sell.
    SellerApproved = "seller.approved.v1";
    /// An applicant may not sell.
    SellerRejected = "seller.rejected.v1";
    /// A seller is out of the shop; what was ordered it still ships.
    SellerSuspended = "seller.suspended.v1";
    /// A seller that was suspended is back in the shop.
    SellerReinstated = "seller.reinstated.v1";
    /// A seller has ended, for good.
    SellerClosed = "seller.closed.v1";
}

/// Someone has come to a seller's staff, does something else there, or has left.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SellerStaffChanged {
    /// Whose staff.
    pub seller_id: SellerId,
    /// Who.
    pub customer_id: CustomerId,
    /// As what from now on; nothing for who has left.
    pub role: Option<StaffRole>,
}

impl Event for SellerStaffChanged {
    const TYPE: &'static str = "seller.staff-changed.v1";
    const AGGREGATE: &'static str = "membership";
    fn aggregate_id(&self) -> String {
        format!("{}/{}", self.seller_id, self.customer_id)
    }
    fn seller(&self) -> Option<SellerId> {
        Some(self.seller_id)
    }
    fn example() -> Self {
        Self {
            seller_id: example_seller(),
            customer_id: example_customer(),
            role: Some(StaffRole::Fulfilment),
        }
    }
}

/// Someone is invited to a seller's staff. The token that accepts the invitation follows from its id and a key of
/// the stage (see [`crate::one_time`]); the id alone is worth nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SellerStaffInvited {
    /// Whose staff.
    pub seller_id: SellerId,
    /// Which invitation.
    pub invitation_id: InvitationId,
}

impl Event for SellerStaffInvited {
    const TYPE: &'static str = "seller.staff-invited.v1";
    const AGGREGATE: &'static str = "invitation";
    fn aggregate_id(&self) -> String {
        self.invitation_id.to_string()
    }
    fn seller(&self) -> Option<SellerId> {
        Some(self.seller_id)
    }
    fn example() -> Self {
        Self {
            seller_id: example_seller(),
            invitation_id: example_id(11),
        }
    }
}
