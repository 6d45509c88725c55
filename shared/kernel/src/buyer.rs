//! Who has ordered.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use crate::ids::CustomerId;

/// Who has ordered. In JSON and in tables it is a field `customer_id` that a guest's order does not have:
/// `#[serde(rename = "customer_id", default, skip_serializing_if = "Buyer::is_guest")]`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(into = "Option<CustomerId>", from = "Option<CustomerId>")]
pub enum Buyer {
    /// Someone with an account.
    Customer(CustomerId),
    /// Someone without one: the order is nobody's among the customers.
    #[default]
    Guest,
}

impl Buyer {
    /// Whether it is someone without an account.
    pub fn is_guest(&self) -> bool {
        *self == Self::Guest
    }

    /// Whether it is this customer.
    pub fn is(self, customer: CustomerId) -> bool {
        self == Self::Customer(customer)
    }

    /// The customer, if it is one.
    pub fn customer(self) -> Option<CustomerId> {
        match self {
            Self::Customer(customer) => Some(customer),
            Self::Guest => None,
        }
    }
}

impl From<Option<CustomerId>> for Buyer {
    fn from(customer: Option<CustomerId>) -> Self {
        customer.map_or(Self::Guest, Self::Customer)
    }
}

impl From<Buyer> for Option<CustomerId> {
    fn from(buyer: Buyer) -> Self {
        buyer.customer()
    }
}

impl JsonSchema for Buyer {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Buyer".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<CustomerId>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::Ids, time::Timestamp};

    #[derive(PartialEq, Debug, Serialize, Deserialize)]
    struct Order {
        #[serde(
            rename = "customer_id",
            default,
            skip_serializing_if = "Buyer::is_guest"
        )]
        buyer: Buyer,
    }

    #[test]
    fn a_guest_is_a_field_that_is_not_there_and_a_customer_is_what_it_always_was() {
        let id: CustomerId = Ids::seeded(1).fresh(Timestamp::from_second(1));
        let of_customer = format!("{{\"customer_id\":\"{id}\"}}");
        for (buyer, text) in [
            (Buyer::Customer(id), of_customer.as_str()),
            (Buyer::Guest, "{}"),
        ] {
            let order = Order { buyer };
            assert_eq!(serde_json::to_string(&order).unwrap(), text);
            assert_eq!(serde_json::from_str::<Order>(text).unwrap(), order);
        }
        assert!(Buyer::Customer(id).is(id) && !Buyer::Guest.is(id));
    }
}
