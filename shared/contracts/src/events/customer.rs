//! What happens to accounts. No names, no addresses: those are read from the customer service's views.

use kernel::{CustomerId, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::example_customer;
use crate::Event;

/// Someone has made an account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CustomerRegistered {
    /// The new customer.
    pub customer_id: CustomerId,
}

impl Event for CustomerRegistered {
    const TYPE: &'static str = "customer.registered.v1";
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
