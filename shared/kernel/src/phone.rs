//! Telephone numbers as the networks route them.

use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// The most digits of a number, the country's code among them (ITU-T E.164 §6.1).
const LONGEST: usize = 15;
/// No network has shorter ones that are reached from abroad: the shortest are those of Niue and Saint Helena.
const SHORTEST: usize = 7;

/// The text is no telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a telephone number with its country's code, such as +4930123456")]
pub struct InvalidPhone;

/// `+4930123456`: a number in the international form of ITU-T E.164, so that it can be called from anywhere.
/// Spaces, hyphens, dots and brackets, with which people group digits, are read and not kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

impl FromStr for Phone {
    type Err = InvalidPhone;
    fn from_str(text: &str) -> Result<Self, InvalidPhone> {
        let digits = text.trim().strip_prefix('+').ok_or(InvalidPhone)?;
        let digits: String = digits
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')'))
            .collect();
        let fits = (SHORTEST..=LONGEST).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            // No country's code begins with a zero (ITU-T E.164 §6.2.1).
            && !digits.starts_with('0');
        fits.then(|| Self(format!("+{digits}"))).ok_or(InvalidPhone)
    }
}

impl TryFrom<String> for Phone {
    type Error = InvalidPhone;
    fn try_from(text: String) -> Result<Self, InvalidPhone> {
        text.parse()
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A number names a person: it does not get into logs by accident.
impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[phone]")
    }
}

crate::written_as_text!(Phone);

impl JsonSchema for Phone {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Phone".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^\\+[1-9][0-9]{6,14}$",
            "examples": ["+4930123456"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_kept_in_one_form_however_it_is_grouped() {
        for text in ["+4930123456", " +49 30 123-456 ", "+49 (30) 123.456"] {
            assert_eq!(text.parse::<Phone>().unwrap().to_string(), "+4930123456");
        }
    }

    #[test]
    fn what_cannot_be_called_from_abroad_is_refused() {
        for wrong in [
            "",
            "+",
            "030123456",
            "004930123456",
            "+0930123456",
            "+123456",
            "+1234567890123456",
            "+49x30123456",
            "+49 30 123456 ext. 7",
            "++4930123456",
            "+４９30123456",
        ] {
            assert!(wrong.parse::<Phone>().is_err(), "{wrong}");
        }
        assert!("+1234567".parse::<Phone>().is_ok());
        assert!("+123456789012345".parse::<Phone>().is_ok());
    }
}
