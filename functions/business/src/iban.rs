//! Bank account numbers: IBAN (ISO 13616), read by the crate `iban_validate`, which has the lengths and structures of
//! all countries from SWIFT's registry and the check digits of ISO/IEC 7064 MOD 97-10.

use std::{fmt, str::FromStr};

use ::iban::{Iban as Parsed, IbanLike, ParseBaseIbanError, ParseIbanError};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// The text is no IBAN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIban {
    /// Not a country, two digits, and letters and digits.
    #[error("expected an IBAN such as DE89 3704 0044 0532 0130 00")]
    Form,
    /// A digit is wrong.
    #[error("the check digits are wrong: is there a typing mistake?")]
    CheckDigits,
    /// The country is not in SWIFT's registry.
    #[error("no bank of this country has IBANs")]
    Country,
    /// Too long, too short or not of the country's structure.
    #[error("this is not the form of an IBAN of this country")]
    Structure,
}

/// `DE89370400440532013000`: an account in its electronic form. Spaces are read and not kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Iban(Parsed);

impl Iban {
    /// The two letters of its country.
    pub fn country(&self) -> &str {
        self.0.country_code()
    }
}

impl FromStr for Iban {
    type Err = InvalidIban;
    fn from_str(text: &str) -> Result<Self, InvalidIban> {
        let joined: String = text
            .chars()
            .filter(|c| *c != ' ')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        joined.parse().map(Self).map_err(|error| match error {
            ParseIbanError::InvalidBaseIban { source } => match source {
                ParseBaseIbanError::InvalidChecksum => InvalidIban::CheckDigits,
                ParseBaseIbanError::InvalidFormat => InvalidIban::Form,
            },
            ParseIbanError::UnknownCountry(_) => InvalidIban::Country,
            ParseIbanError::InvalidBban(_) => InvalidIban::Structure,
        })
    }
}

impl TryFrom<String> for Iban {
    type Error = InvalidIban;
    fn try_from(text: String) -> Result<Self, InvalidIban> {
        text.parse()
    }
}

impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.electronic_str())
    }
}

/// It names an account: it does not get into logs by accident.
impl fmt::Debug for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[iban]")
    }
}

kernel::written_as_text!(Iban);

impl JsonSchema for Iban {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Iban".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$",
            "examples": ["DE89370400440532013000"],
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The examples of SWIFT's IBAN registry for some of its countries, the longest and the shortest among them.
    const VALID: &[&str] = &[
        "AT611904300234573201",
        "BE68539007547034",
        "CH9300762011623852957",
        "DE89370400440532013000",
        "ES9121000418450200051332",
        "FR1420041010050500013M02606",
        "GB29NWBK60161331926819",
        "IT60X0542811101000000123456",
        "LC55HEMM000100010012001200023015",
        "MT84MALT011000012345MTLCAST001S",
        "NL91ABNA0417164300",
        "NO9386011117947",
        "PL61109010140000071219812874",
        "SE4550000000058398257466",
        "XK051212012345678906",
    ];

    #[test]
    fn the_registrys_own_examples_are_taken() {
        for number in VALID {
            assert_eq!(number.parse::<Iban>().unwrap().to_string(), *number);
        }
        let grouped: Iban = " de89 3704 0044 0532 0130 00 ".parse().unwrap();
        assert_eq!(
            (grouped.to_string().as_str(), grouped.country()),
            (VALID[3], "DE")
        );
        assert_eq!(format!("{grouped:?}"), "[iban]");
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (number, wrong) in [
            ("", InvalidIban::Form),
            ("DE", InvalidIban::Form),
            ("89370400440532013000", InvalidIban::Form),
            ("DE8937040044053201300é", InvalidIban::Form),
            ("DE88370400440532013000", InvalidIban::CheckDigits),
            ("DE8937040044053201300", InvalidIban::CheckDigits),
            // Right by the check digits, and of no length or structure of the country.
            ("DE12500105170648489", InvalidIban::CheckDigits),
            ("ZZ689876543210", InvalidIban::CheckDigits),
        ] {
            assert_eq!(number.parse::<Iban>(), Err(wrong), "{number}");
        }
    }

    /// The check digits of ISO 13616: 98 less the rest of the number with zeros for them.
    fn with_check_digits(country: &str, bban: &str) -> String {
        let rest = format!("{bban}{country}00").chars().fold(0, |rest, c| {
            let value = c.to_digit(36).unwrap();
            (rest * if value > 9 { 100 } else { 10 } + value) % 97
        });
        format!("{country}{:02}{bban}", 98 - rest)
    }

    #[test]
    fn length_and_structure_are_the_countrys() {
        assert_eq!(with_check_digits("DE", "370400440532013000"), VALID[3]);
        for (country, bban, wrong) in [
            ("DE", "37040044053201300", InvalidIban::Structure),
            ("DE", "3704004405320130000", InvalidIban::Structure),
            ("DE", "37040044053201300A", InvalidIban::Structure),
            ("GB", "1WBK60161331926819", InvalidIban::Structure),
            ("US", "370400440532013000", InvalidIban::Country),
        ] {
            let number = with_check_digits(country, bban);
            assert_eq!(number.parse::<Iban>(), Err(wrong), "{number}");
        }
    }

    proptest! {
        // ISO/IEC 7064 MOD 97-10 finds every single wrong digit and every swap of two neighbours.
        #[test]
        fn a_typing_mistake_is_found(account in "[0-9]{18}", place in 4_usize..22, by in 1_u8..10) {
            let right = with_check_digits("DE", &account);
            prop_assert!(right.parse::<Iban>().is_ok());
            let mut wrong = right.clone().into_bytes();
            wrong[place] = b'0' + (wrong[place] - b'0' + by) % 10;
            prop_assert!(String::from_utf8(wrong).unwrap().parse::<Iban>().is_err());
            let mut swapped = right.clone().into_bytes();
            swapped.swap(place - 1, place);
            let swapped = String::from_utf8(swapped).unwrap();
            prop_assert_eq!(swapped.parse::<Iban>().is_ok(), swapped == right);
        }
    }
}
