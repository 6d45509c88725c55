//! What happens to accounts. No names, no addresses: those are read from the customer service's views.

use kernel::{CustomerId, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::example_customer;
use crate::Event;

/// What a customer may do has been changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CustomerRolesChanged {
    /// Whose roles.
    pub customer_id: CustomerId,
    /// The roles now.
    pub roles: Vec<Role>,
}

impl Event for CustomerRolesChanged {
    const TYPE: &'static str = "customer.roles-changed.v1";
    const AGGREGATE: &'static str = "customer";
    fn aggregate_id(&self) -> String {
        self.customer_id.to_string()
    }
    fn example() -> Self {
        Self {
            customer_id: example_customer(),
            roles: vec![Role::Customer, Role::Seller],
        }
    }
}

macro_rules! whose_account {
    ($($(#[$doc:meta])* $name:ident = $event:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
        pub struct $name {
            /// Whose account.
            pub customer_id: CustomerId,
        }

        impl Event for $name {
            const TYPE: &'static str = $event;
            const AGGREGATE: &'static str = "customer";
            fn aggregate_id(&self) -> String {
                self.customer_id.to_string()
            }
            fn example() -> Self {
                Self {
                    customer_id: example_customer(),
                }
            }
        }
    )*};
}

whose_account! {
    /// Someone has made an account.
    CustomerRegistered = "customer.registered.v1";
    /// An account cannot be used any more.
    CustomerBlocked = "customer.blocked.v1";
    /// An account can be used again.
    CustomerUnblocked = "customer.unblocked.v1";
    /// A log-in to an account needs a second factor from now on.
    CustomerSecondFactorEnabled = "customer.second-factor-enabled.v1";
    /// A log-in to an account needs the password alone again.
    CustomerSecondFactorDisabled = "customer.second-factor-disabled.v1";
}
