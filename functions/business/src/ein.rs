//! Employer Identification Numbers of the United States.

use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// The text is no EIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEin {
    /// Not nine digits.
    #[error("expected nine digits such as 12-3456789")]
    Form,
    /// The first two digits are of no campus and no office of the IRS.
    #[error("no EIN begins with these two digits")]
    Prefix,
}

/// The prefixes that the IRS has never given out. All others are on its list, "How EINs are assigned and valid EIN
/// prefixes" (<https://www.irs.gov/businesses/small-businesses-self-employed/how-eins-are-assigned-and-valid-ein-prefixes>).
const NEVER: [u8; 17] = [
    0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97,
];

/// `12-3456789`. It has no check digit.
#[derive(Clone, PartialEq, Eq)]
pub struct Ein(String);

impl FromStr for Ein {
    type Err = InvalidEin;
    fn from_str(text: &str) -> Result<Self, InvalidEin> {
        let text = text.trim();
        let digits = match text.as_bytes() {
            [_, _, b'-', ..] if text.len() == 10 => [&text[..2], &text[3..]].concat(),
            _ => text.to_owned(),
        };
        if digits.len() != 9 || !digits.bytes().all(|c| c.is_ascii_digit()) {
            return Err(InvalidEin::Form);
        }
        let (prefix, rest) = digits.split_at(2);
        if prefix
            .parse()
            .is_ok_and(|prefix: u8| NEVER.contains(&prefix))
        {
            return Err(InvalidEin::Prefix);
        }
        Ok(Self(format!("{prefix}-{rest}")))
    }
}

impl TryFrom<String> for Ein {
    type Error = InvalidEin;
    fn try_from(text: String) -> Result<Self, InvalidEin> {
        text.parse()
    }
}

impl fmt::Display for Ein {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// It may be one person's: it does not get into logs by accident.
impl fmt::Debug for Ein {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[ein]")
    }
}

kernel::written_as_text!(Ein);

impl JsonSchema for Ein {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Ein".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]{2}-?[0-9]{7}$", "examples": ["12-3456789"] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_kept_in_one_form() {
        for text in ["12-3456789", "123456789", " 12-3456789 "] {
            assert_eq!(text.parse::<Ein>().unwrap().to_string(), "12-3456789");
        }
    }

    #[test]
    fn what_the_irs_has_not_given_out_is_refused() {
        for wrong in [
            "",
            "1-23456789",
            "12-345678",
            "12-34567890",
            "12-345678a",
            "１2-345678",
            "12--456789",
        ] {
            assert_eq!(wrong.parse::<Ein>(), Err(InvalidEin::Form), "{wrong}");
        }
        let valid = (0..100).filter(|prefix| format!("{prefix:02}3456789").parse::<Ein>().is_ok());
        assert_eq!(valid.count(), 83);
        for wrong in ["00-3456789", "07-3456789", "89-3456789", "97-3456789"] {
            assert_eq!(wrong.parse::<Ein>(), Err(InvalidEin::Prefix), "{wrong}");
        }
    }
}
