//! API keys: what a machine sends to act in a customer's name.
//!
//! Customer makes them and the edge of every endpoint tells them. A key names its customer and itself, so that both
//! are found by their keys, and has 32 random bytes; of those only a digest is kept. A checksum lets a scanner of
//! leaked secrets, and the edge, tell a key from text that looks like one without asking anybody.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{ApiKeyId, CustomerId, ids::Id};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// How every key begins; no JWT does.
pub const PREFIX: &str = "souk_";
/// What a key holds, in bytes: the version of its form, two ids, the secret and the checksum. They fill their letters:
/// there are no bits behind the last byte.
const LENGTH: usize = 1 + 16 + 16 + 32 + CHECKSUM;
/// The bytes of the checksum.
const CHECKSUM: usize = 4;
/// The version of the form.
const FORM: u8 = 1;
/// So many of a key's last characters are shown to its owner. They are the checksum's.
const HINT: usize = 4;

/// A key: 97 characters that are a secret of whoever it was made for.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    customer: CustomerId,
    id: ApiKeyId,
    secret: [u8; 32],
}

impl ApiKey {
    /// The key of this customer with this id and this secret.
    pub fn new(customer: CustomerId, id: ApiKeyId, secret: [u8; 32]) -> Self {
        Self {
            customer,
            id,
            secret,
        }
    }

    /// Reads a key as it was sent; nothing for what is none.
    pub fn read(text: &str) -> Option<Self> {
        let letters = text.strip_prefix(PREFIX)?;
        let bytes: [u8; LENGTH] = URL_SAFE_NO_PAD.decode(letters).ok()?.try_into().ok()?;
        let (said, sum) = bytes.split_last_chunk::<CHECKSUM>()?;
        let ([FORM], rest) = said.split_first_chunk::<1>()? else {
            return None;
        };
        let (customer, rest) = rest.split_first_chunk::<16>()?;
        let (id, secret) = rest.split_first_chunk::<16>()?;
        (*sum == checksum(said)).then_some(Self {
            customer: CustomerId::from_uuid(uuid::Uuid::from_bytes(*customer)),
            id: ApiKeyId::from_uuid(uuid::Uuid::from_bytes(*id)),
            secret: secret.try_into().ok()?,
        })
    }

    /// As it is sent.
    pub fn reveal(&self) -> String {
        let (customer, id) = (self.customer.uuid(), self.id.uuid());
        let mut bytes = [
            &[FORM][..],
            customer.as_bytes(),
            id.as_bytes(),
            &self.secret,
        ]
        .concat();
        let sum = checksum(&bytes);
        bytes.extend(sum);
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What its owner tells it by: its last characters.
    pub fn hint(&self) -> String {
        let text = self.reveal();
        text.get(text.len() - HINT..).unwrap_or_default().to_owned()
    }

    /// For whom its holder says to act.
    pub fn customer(&self) -> CustomerId {
        self.customer
    }

    /// Which one it says it is.
    pub fn id(&self) -> ApiKeyId {
        self.id
    }

    /// What is kept of it.
    pub fn digest(&self) -> KeyDigest {
        // The secret is 32 random bytes, which nobody guesses however fast the digest is: a slow one, as passwords
        // have, would cost every request what it is to cost a thief.
        KeyDigest(URL_SAFE_NO_PAD.encode(Sha256::digest(self.secret)))
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// The first bytes of a digest of all before them, with a name in front that no other digest has.
fn checksum(said: &[u8]) -> [u8; CHECKSUM] {
    let mut hash = Sha256::new();
    hash.update(b"souk api key\0");
    hash.update(said);
    let digest: [u8; 32] = hash.finalize().into();
    let [a, b, c, d, ..] = digest;
    [a, b, c, d]
}

/// What is kept of a key: SHA-256 of its secret, base64url.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyDigest(String);

impl KeyDigest {
    /// Whether a key is the one that this was kept of; told in constant time.
    pub fn is_of(&self, sent: &ApiKey) -> bool {
        self.0.as_bytes().ct_eq(sent.digest().0.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(customer: u128, id: u128, secret: [u8; 32]) -> ApiKey {
        let (customer, id) = (uuid::Uuid::from_u128(customer), uuid::Uuid::from_u128(id));
        ApiKey::new(
            CustomerId::from_uuid(customer),
            ApiKeyId::from_uuid(id),
            secret,
        )
    }

    #[test]
    fn what_is_no_key_reads_as_none_and_a_key_is_not_printed() {
        let good = key(1, 2, [3; 32]);
        let text = good.reveal();
        assert_eq!(text.len(), 97);
        let letters = &text[PREFIX.len()..];
        for wrong in [
            String::new(),
            PREFIX.to_owned(),
            letters.to_owned(),
            text[..text.len() - 1].to_owned(),
            format!("{text}A"),
            format!("{text}="),
            format!(" {text}"),
            text.to_uppercase(),
            text.replace("souk_", "SOUK_"),
            format!("{PREFIX}{text}"),
            format!("{PREFIX}{}", "A".repeat(letters.len())),
            format!("{PREFIX}{}", "é".repeat(46)),
        ] {
            assert_eq!(ApiKey::read(&wrong), None, "{wrong}");
        }
        assert_eq!(format!("{good:?}"), "[secret]");
        assert!(text.ends_with(&good.hint()) && good.hint().len() == HINT);
    }

    #[test]
    fn a_key_of_another_form_is_none() {
        let mut bytes = URL_SAFE_NO_PAD
            .decode(&key(1, 2, [3; 32]).reveal()[PREFIX.len()..])
            .unwrap();
        bytes[0] = 2;
        let sum = checksum(&bytes[..LENGTH - CHECKSUM]);
        bytes[LENGTH - CHECKSUM..].copy_from_slice(&sum);
        let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
        assert_eq!(ApiKey::read(&text), None);
    }

    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    proptest! {
        #[test]
        fn a_key_reads_back(customer: u128, id: u128, secret: [u8; 32]) {
            let made = key(customer, id, secret);
            let read = ApiKey::read(&made.reveal());
            prop_assert_eq!(read.as_ref(), Some(&made));
            prop_assert!(made.digest().is_of(&made));
        }

        #[test]
        fn a_key_with_another_secret_is_another(id: u128, one: [u8; 32], other: [u8; 32]) {
            let (kept, sent) = (key(1, id, one).digest(), key(1, id, other));
            prop_assert_eq!(kept.is_of(&sent), one == other);
        }

        #[test]
        fn a_change_of_any_one_character_makes_it_none(
            id: u128, secret: [u8; 32], place in 0_usize..97, letter in 0_usize..64,
        ) {
            let mut text = key(id, id, secret).reveal().into_bytes();
            let other = LETTERS[letter];
            prop_assume!(text[place] != other);
            text[place] = other;
            prop_assert_eq!(ApiKey::read(std::str::from_utf8(&text).unwrap()), None);
        }

        #[test]
        fn no_text_is_a_key_by_chance(text in ".{0,120}") {
            prop_assert_eq!(ApiKey::read(&text), None);
            prop_assert_eq!(ApiKey::read(&format!("{PREFIX}{text}")), None);
        }
    }
}
