//! E-mail addresses, as far as a shop can tell a right one.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The longest address that a mail's path can carry (RFC 5321 §4.5.3.1.3, less the angle brackets).
const LONGEST: usize = 254;
/// RFC 5321 §4.5.3.1.1.
const LONGEST_LOCAL_PART: usize = 64;
/// RFC 1035 §2.3.4.
const LONGEST_LABEL: usize = 63;

/// The same rules as [`EmailAddress::from_str`] has, but for the length of the parts, for the API's description.
const PATTERN: &str = "^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\
                       @([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\\.)+[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?$";

/// The text is no e-mail address that mail can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an e-mail address such as rosa@example.com")]
pub struct InvalidEmail;

/// `Rosa.Lind@example.com`: a dot-atom (RFC 5322 §3.2.3) at a domain name. The domain is in lower case; the
/// local part is kept as its owner writes it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What comes before the @.
    pub fn local_part(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }

    /// What two spellings of one address have in common: SHA-256 of the whole in lower case, so that a key
    /// made of it names nobody. The standard lets local parts differ by case; no mail service does.
    pub fn digest(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.to_ascii_lowercase()))
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidEmail;
    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        let (local, domain) = text.split_once('@').ok_or(InvalidEmail)?;
        if text.len() <= LONGEST && is_local_part(local) && is_domain(domain) {
            Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
        } else {
            Err(InvalidEmail)
        }
    }
}

/// Quoted local parts are left out: nobody has one, and much mail software trips over them.
fn is_local_part(text: &str) -> bool {
    let is_atext = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b);
    text.len() <= LONGEST_LOCAL_PART
        && text
            .split('.')
            .all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
}

/// Names of hosts on the network, with a top-level domain that is no number (RFC 1123 §2.1).
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let Some((_, top)) = text.rsplit_once('.') else {
        return false;
    };
    text.split('.').all(is_label) && top.starts_with(|c: char| c.is_ascii_alphabetic())
}

impl TryFrom<String> for EmailAddress {
    type Error = InvalidEmail;
    fn try_from(text: String) -> Result<Self, InvalidEmail> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(email: EmailAddress) -> String {
        email.0
    }
}

/// An address names a person: it does not get into logs by accident.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[e-mail]")
    }
}

impl JsonSchema for EmailAddress {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "EmailAddress".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "email",
            "maxLength": LONGEST,
            "pattern": PATTERN,
            "examples": ["rosa@example.com"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<EmailAddress, InvalidEmail> {
        text.parse()
    }

    #[test]
    fn an_address_is_trimmed_and_its_domain_is_in_lower_case() {
        let email = parsed(" Rosa.Lind+shop@Mail.EXAMPLE.com\n").unwrap();
        assert_eq!(email.as_str(), "Rosa.Lind+shop@mail.example.com");
        assert_eq!(email.local_part(), "Rosa.Lind+shop");
    }

    #[test]
    fn one_address_has_one_digest_however_it_is_spelled() {
        let digest = |text| parsed(text).unwrap().digest();
        assert_eq!(digest("rosa@example.com"), digest("ROSA@Example.Com"));
        assert_ne!(digest("rosa@example.com"), digest("rosa@example.org"));
        assert!(!digest("rosa@example.com").contains("rosa"));
    }

    #[test]
    fn what_mail_cannot_be_sent_to_is_refused() {
        for wrong in [
            "",
            "rosa",
            "@example.com",
            "rosa@",
            "rosa@localhost",
            "rosa@example.com@example.com",
            "ro sa@example.com",
            "rosa@exam ple.com",
            ".rosa@example.com",
            "rosa.@example.com",
            "ro..sa@example.com",
            "rosa@example..com",
            "rosa@.com",
            "rosa@-example.com",
            "rosa@example-.com",
            "rosa@192.168.0.1",
            "rosa@exämple.com",
            "rösa@example.com",
            "\"rosa\"@example.com",
            "rosa@example.com\r\nbcc: all@example.com",
        ] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_limits_of_the_standards_hold() {
        let local = "a".repeat(LONGEST_LOCAL_PART);
        assert!(parsed(&format!("{local}@example.com")).is_ok());
        assert!(parsed(&format!("{local}a@example.com")).is_err());
        let label = "b".repeat(LONGEST_LABEL);
        assert!(parsed(&format!("rosa@{label}.com")).is_ok());
        assert!(parsed(&format!("rosa@{label}b.com")).is_err());
        assert!(parsed(&format!("{local}@{label}.{label}.{label}.com")).is_err());
    }

    #[test]
    fn an_address_is_not_printed() {
        assert_eq!(
            format!("{:?}", parsed("rosa@example.com").unwrap()),
            "[e-mail]"
        );
    }
}
