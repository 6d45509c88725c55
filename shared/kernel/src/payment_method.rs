//! How a customer pays.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// How the customer wants to pay: a token of the provider's, which is no secret. 1 to 64 letters, digits and
/// underscores.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PaymentMethod(String);

/// The text is no token of a payment method.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InvalidPaymentMethod;

impl fmt::Display for InvalidPaymentMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected 1 to 64 letters, digits and underscores")
    }
}

impl TryFrom<String> for PaymentMethod {
    type Error = InvalidPaymentMethod;
    fn try_from(token: String) -> Result<Self, InvalidPaymentMethod> {
        let fits = (1..=64).contains(&token.len());
        if fits
            && token
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_')
        {
            Ok(Self(token))
        } else {
            Err(InvalidPaymentMethod)
        }
    }
}

impl FromStr for PaymentMethod {
    type Err = InvalidPaymentMethod;
    fn from_str(token: &str) -> Result<Self, InvalidPaymentMethod> {
        token.to_owned().try_into()
    }
}

impl From<PaymentMethod> for String {
    fn from(method: PaymentMethod) -> String {
        method.0
    }
}

impl JsonSchema for PaymentMethod {
    fn schema_name() -> Cow<'static, str> {
        "PaymentMethod".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9_]{1,64}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_method_is_a_token() {
        assert!("pm_sandbox_ok".parse::<PaymentMethod>().is_ok());
        assert!("x".repeat(64).parse::<PaymentMethod>().is_ok());
        for wrong in ["", "pm-1", "pm 1", "é", &"x".repeat(65)] {
            assert!(wrong.parse::<PaymentMethod>().is_err(), "{wrong:?}");
        }
    }
}
