//! What happens to sellers' businesses. No names, no numbers: reasons are codes.

use kernel::SellerId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::example_seller;
use crate::Event;

/// Why a business was not verified.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// Name and documents do not agree.
    NameMismatch,
    /// Address and documents do not agree.
    AddressMismatch,
    /// The authority does not know the tax number, or has it under another name.
    TaxNumberUnverifiable,
    /// The bank account is not the business's.
    BankAccountUnverifiable,
    /// A document that is needed is missing.
    DocumentMissing,
    /// A document cannot be read.
    DocumentUnreadable,
    /// A document is not what it is said to be.
    DocumentNotAccepted,
    /// The marketplace does not take businesses of this kind.
    NotAccepted,
}

/// Why a verified business must be verified again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReverificationReason {
    /// A document is no longer valid.
    DocumentExpired,
    /// Its name, form, address or one of its numbers has changed.
    LegalDataChanged,
    /// It wants its money on another bank account.
    BankAccountChanged,
}

macro_rules! whose_business {
    ($($(#[$doc:meta])* $name:ident = $event:literal { $($(#[$field_doc:meta])* $field:ident: $type:ty = $example:expr),* }; )*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
        pub struct $name {
            /// Whose business.
            pub seller_id: SellerId,
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl Event for $name {
            const TYPE: &'static str = $event;
            const AGGREGATE: &'static str = "business";
            fn aggregate_id(&self) -> String {
                self.seller_id.to_string()
            }
            fn seller(&self) -> Option<SellerId> {
                Some(self.seller_id)
            }
            fn example() -> Self {
                Self {
                    seller_id: example_seller(),
                    $($field: $example,)*
                }
            }
        }
    )*};
}

whose_business! {
    /// A seller wants its business verified.
    BusinessSubmitted = "business.submitted.v1" {};
    /// A business is who it says to be.
    BusinessVerified = "business.verified.v1" {};
    /// A business was not verified.
    BusinessRejected = "business.rejected.v1" {
        /// Why: one code or more.
        reasons: Vec<RejectReason> = vec![RejectReason::DocumentUnreadable]
    };
    /// A business that was verified is not any more, until it is verified again.
    BusinessReverificationRequired = "business.reverification-required.v1" {
        /// Why.
        reason: ReverificationReason = ReverificationReason::DocumentExpired
    };
}
