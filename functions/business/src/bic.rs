//! Business identifier codes of banks (ISO 9362).

use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::{Country, Iban};

/// The text is no BIC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a BIC such as COBADEFF or COBADEFFXXX")]
pub struct InvalidBic;

/// `COBADEFFXXX`: four characters of the bank, two letters of the country, two characters of the place, and three of
/// the branch, or none.
#[derive(Clone, PartialEq, Eq)]
pub struct Bic(String);

/// Territories whose banks have a BIC of their own country's letters and IBANs of another's (SWIFT's IBAN registry,
/// "country code includes other countries/territories").
const WITHIN: [(&str, &[&str]); 3] = [
    ("FI", &["AX"]),
    (
        "FR",
        &[
            "BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT",
        ],
    ),
    ("GB", &["GG", "IM", "JE"]),
];

impl Bic {
    /// The two letters of the bank's country.
    pub fn country(&self) -> &str {
        &self.0[4..6]
    }

    /// Whether a bank with this BIC can have this account.
    pub fn agrees_with(&self, iban: &Iban) -> bool {
        let (bank, account) = (self.country(), iban.country());
        bank == account
            || WITHIN
                .iter()
                .any(|(of, territories)| *of == account && territories.contains(&bank))
    }
}

impl FromStr for Bic {
    type Err = InvalidBic;
    fn from_str(text: &str) -> Result<Self, InvalidBic> {
        let code = text.trim().to_ascii_uppercase();
        let fits = matches!(code.len(), 8 | 11)
            && code.bytes().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
            // Kosovo's banks have a code that ISO 3166-1 leaves to its users.
            && (code[4..6].parse::<Country>().is_ok() || &code[4..6] == "XK");
        fits.then_some(Self(code)).ok_or(InvalidBic)
    }
}

impl TryFrom<String> for Bic {
    type Error = InvalidBic;
    fn try_from(text: String) -> Result<Self, InvalidBic> {
        text.parse()
    }
}

impl fmt::Display for Bic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Bic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[bic]")
    }
}

kernel::written_as_text!(Bic);

impl JsonSchema for Bic {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Bic".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$",
            "examples": ["COBADEFFXXX"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_names_a_bank_in_a_country() {
        for code in [
            "COBADEFF",
            "COBADEFFXXX",
            " cobadeff ",
            "NWBKGB2L",
            "NCBVXKPR",
        ] {
            assert!(code.parse::<Bic>().is_ok(), "{code}");
        }
        for wrong in [
            "",
            "COBADEF",
            "COBADEFFX",
            "COBADEFFXX",
            "COBAZZFF",
            "COBA1EFF",
            "COBADEF-",
            "COBADEFÉ",
            "COBADEFFXXXX",
        ] {
            assert!(wrong.parse::<Bic>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn bank_and_account_are_of_one_country() {
        let agree = |bic: &str, iban: &str| {
            let (bic, iban): (Bic, Iban) = (bic.parse().unwrap(), iban.parse().unwrap());
            bic.agrees_with(&iban)
        };
        let (german, french) = ("DE89370400440532013000", "FR1420041010050500013M02606");
        assert!(agree("COBADEFF", german));
        assert!(!agree("COBADEFF", french));
        assert!(agree("BREDFRPP", french));
        assert!(
            agree("BREDGPGX", french),
            "Guadeloupe's accounts are French"
        );
        assert!(!agree("BREDGPGX", german));
        assert!(
            agree("BARCJESH", "GB29NWBK60161331926819"),
            "Jersey's are British"
        );
    }
}
