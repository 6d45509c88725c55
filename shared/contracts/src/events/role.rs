//! What happens to custom roles, and to those who have them. No names: who has which role, and why, is asked of
//! the role service.

use kernel::{Allowance, CustomerId, RoleId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{example_customer, example_role};
use crate::Event;

/// What a customer's custom roles allow has become this. An older revision is to be ignored.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RoleAssignmentsChanged {
    /// Whose.
    pub customer_id: CustomerId,
    /// All that the custom roles together allow now, at most 64.
    pub allowances: Vec<Allowance>,
}

impl Event for RoleAssignmentsChanged {
    const TYPE: &'static str = "role.assignments-changed.v1";
    const AGGREGATE: &'static str = "role-assignments";
    fn aggregate_id(&self) -> String {
        self.customer_id.to_string()
    }
    fn example() -> Self {
        Self {
            customer_id: example_customer(),
            allowances: example_allowances(),
        }
    }
}

/// A custom role was made, or is another than before.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RoleChanged {
    /// Which.
    pub role_id: RoleId,
    /// What it allows now, with what it inherits.
    pub allowances: Vec<Allowance>,
}

impl Event for RoleChanged {
    const TYPE: &'static str = "role.changed.v1";
    const AGGREGATE: &'static str = "role";
    fn aggregate_id(&self) -> String {
        self.role_id.to_string()
    }
    fn example() -> Self {
        Self {
            role_id: example_role(),
            allowances: example_allowances(),
        }
    }
}

/// A custom role that nobody had is gone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RoleDeleted {
    /// Which.
    pub role_id: RoleId,
}

impl Event for RoleDeleted {
    const TYPE: &'static str = "role.deleted.v1";
    const AGGREGATE: &'static str = "role";
    fn aggregate_id(&self) -> String {
        self.role_id.to_string()
    }
    fn example() -> Self {
        Self {
            role_id: example_role(),
        }
    }
}

fn example_allowances() -> Vec<Allowance> {
    ["order:read@any", "payment:read@any"]
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect()
}
