//! Where an order goes: what the customer says about it.

use contracts::views::PostalAddress;
use kernel::{AddressId, Country, Line, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where an order goes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShippingAddress {
    /// Who receives it.
    pub name: Line<1, 200>,
    /// Street and number, or what stands for them.
    pub line1: Line<1, 200>,
    /// More of the same: a flat, a floor, a company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<Line<1, 200>>,
    /// The town.
    pub city: Line<1, 100>,
    /// A state or province, where addresses have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Line<1, 100>>,
    /// The postal code, as the country writes it.
    pub postal_code: Line<1, 20>,
    /// The country.
    pub country: Country,
}

/// Where an order goes, as the customer says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Destination {
    /// There.
    Written(ShippingAddress),
    /// To an address of the customer's book.
    Booked(AddressId),
}

impl Destination {
    /// The one that was said.
    ///
    /// # Errors
    /// `validation_failed` where none was, or both.
    pub fn one_of(
        written: Option<ShippingAddress>,
        booked: Option<AddressId>,
    ) -> Result<Self, Problem> {
        match (written, booked) {
            (Some(written), None) => Ok(Self::Written(written)),
            (None, Some(booked)) => Ok(Self::Booked(booked)),
            (None, None) => Err(Problem::invalid(
                "/shipping_address",
                "expected shipping_address or shipping_address_id",
            )),
            (Some(_), Some(_)) => Err(Problem::invalid(
                "/shipping_address_id",
                "expected shipping_address or shipping_address_id, not both",
            )),
        }
    }
}

impl From<ShippingAddress> for PostalAddress {
    fn from(written: ShippingAddress) -> Self {
        Self {
            name: written.name,
            company: None,
            line1: written.line1,
            line2: written.line2,
            line3: None,
            city: Some(written.city),
            dependent_locality: None,
            region: written.region,
            postal_code: Some(written.postal_code),
            sorting_code: None,
            country: written.country,
            phone: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_goes_to_one_place() {
        let written = || {
            serde_json::from_str::<ShippingAddress>(
                r#"{"name": "Rosa Lind", "line1": "1 Quay", "city": "Utrecht", "postal_code": "3511 AB",
                    "country": "NL"}"#,
            )
            .unwrap()
        };
        let booked = kernel::Ids::seeded(1).fresh(kernel::Timestamp::from_second(1));
        assert!(Destination::one_of(Some(written()), None).is_ok());
        assert!(Destination::one_of(None, Some(booked)).is_ok());
        assert!(Destination::one_of(None, None).is_err());
        assert!(Destination::one_of(Some(written()), Some(booked)).is_err());
    }

    #[test]
    fn orders_that_were_placed_before_there_were_address_books_are_read() {
        let old = r#"{"name":"Rosa Lind","line1":"1 Quay","city":"Utrecht","postal_code":"3511 AB","country":"NL"}"#;
        let written: ShippingAddress = serde_json::from_str(old).unwrap();
        let kept: PostalAddress = serde_json::from_str(old).unwrap();
        assert_eq!(kept, written.into());
        assert_eq!(serde_json::to_string(&kept).unwrap(), old);
    }
}
