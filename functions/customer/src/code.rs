//! What a customer types as the second factor: the six digits of an app, or a recovery code.

use std::{borrow::Cow, fmt, str::FromStr};

use data_encoding::BASE32_NOPAD;
use kernel::Ids;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer};

use crate::totp::Digits;

/// How many recovery codes there are at a time.
const RECOVERY_CODES: usize = 10;

/// A code for when the app is not at hand: 80 random bits, good once.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(pub(crate) [u8; 10]);

impl RecoveryCode {
    /// A new set.
    pub fn set(ids: &Ids) -> Vec<Self> {
        (0..RECOVERY_CODES).map(|_| Self(ids.bytes())).collect()
    }

    /// As it is written down: `mzxw-6ytb-ojqw-45lq`.
    fn reveal(&self) -> String {
        let text = BASE32_NOPAD.encode(&self.0).to_lowercase();
        let parts: Vec<&str> = (0..4).map(|part| &text[part * 4..part * 4 + 4]).collect();
        parts.join("-")
    }
}

/// Only into the answer that shows it: what is kept is its digest.
impl Serialize for RecoveryCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.reveal())
    }
}

impl JsonSchema for RecoveryCode {
    fn schema_name() -> Cow<'static, str> {
        "RecoveryCode".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[a-z2-7]{4}(-[a-z2-7]{4}){3}$",
            "examples": ["mzxw-6ytb-ojqw-45lq"],
        })
    }
}

/// A code as someone types it. Spaces, hyphens and capitals don't count.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct FactorCode(pub(crate) Typed);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Typed {
    Totp(Digits),
    Recovery(RecoveryCode),
}

/// The text is no code, whoever's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected six digits, or a recovery code such as mzxw-6ytb-ojqw-45lq")]
pub struct NoCode;

impl FromStr for FactorCode {
    type Err = NoCode;
    fn from_str(text: &str) -> Result<Self, NoCode> {
        let typed = text.bytes().filter(|byte| !matches!(byte, b' ' | b'-'));
        let typed: Vec<u8> = typed.map(|byte| byte.to_ascii_uppercase()).collect();
        let digits = Digits::try_from(typed.as_slice()).ok();
        if let Some(digits) = digits.filter(|digits| digits.iter().all(u8::is_ascii_digit)) {
            return Ok(Self(Typed::Totp(digits)));
        }
        let bytes = BASE32_NOPAD.decode(&typed).map_err(|_| NoCode)?;
        let bytes = bytes.try_into().map_err(|_| NoCode)?;
        Ok(Self(Typed::Recovery(RecoveryCode(bytes))))
    }
}

impl TryFrom<String> for FactorCode {
    type Error = NoCode;
    fn try_from(text: String) -> Result<Self, NoCode> {
        text.parse()
    }
}

impl JsonSchema for FactorCode {
    fn schema_name() -> Cow<'static, str> {
        "FactorCode".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "The six digits that an authenticator app shows, or a recovery code.",
            "examples": ["492039"],
        })
    }
}

macro_rules! secret {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[secret]")
            }
        }
    )*};
}
secret!(RecoveryCode, FactorCode);

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let read = |text: &str| text.parse::<FactorCode>().map(|code| code.0);
        assert!(read("492039") == Ok(Typed::Totp(*b"492039")));
        assert!(read(" 492 039") == Ok(Typed::Totp(*b"492039")));
        let code = RecoveryCode([7; 10]);
        let text = code.reveal();
        for text in [
            text.clone(),
            text.to_uppercase(),
            text.replace('-', ""),
            text.replace('-', " "),
        ] {
            assert!(read(&text) == Ok(Typed::Recovery(code.clone())), "{text}");
        }
        for wrong in [
            "",
            "49203",
            "4920391",
            "49203é",
            "abc",
            "mzxw-6ytb-ojqw-45l1",
        ] {
            assert!(read(wrong) == Err(NoCode), "{wrong}");
        }
    }

    #[test]
    fn a_set_is_ten_codes_that_nobody_prints() {
        let set = RecoveryCode::set(&Ids::seeded(1));
        let texts: HashSet<String> = set.iter().map(RecoveryCode::reveal).collect();
        assert_eq!(texts.len(), 10);
        assert!(texts.iter().all(|text| text.len() == 19));
        let typed: FactorCode = set[0].reveal().parse().unwrap();
        assert_eq!(format!("{:?}{typed:?}", set[0]), "[secret][secret]");
    }
}
