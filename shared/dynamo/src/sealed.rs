//! Values that only the key of their subject opens: envelope encryption (docs/decisions/0019).
//!
//! Each subject (a seller, a customer) has a data key of its own, which lies in a table of its service wrapped by a
//! master key that never leaves KMS: a [`SubjectKey`]. Unwrapped it is a [`DataKey`], which seals single values with
//! AES-256-GCM (NIST SP 800-38D); the subject and the field's name are authenticated with each, so that a sealed
//! value opens in its own place alone. Who deletes the one item of the key has erased every value that it sealed, in
//! every copy and backup.

use std::{fmt, fmt::Display, marker::PhantomData, str::FromStr};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Ids, Problem};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error};

use crate::item::{Item, Key};

/// A subject's data key as it is kept: wrapped by the master key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SubjectKey {
    subject: String,
    /// What KMS made of it, in base64url.
    wrapped: String,
}

impl SubjectKey {
    /// The key of a subject, as KMS has wrapped it.
    pub fn new(subject: impl Display, wrapped: &[u8]) -> Self {
        Self {
            subject: subject.to_string(),
            wrapped: URL_SAFE_NO_PAD.encode(wrapped),
        }
    }

    /// Whose it is.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// What KMS unwraps.
    ///
    /// # Errors
    /// When the item was not written by [`SubjectKey::new`].
    pub fn wrapped(&self) -> Result<Vec<u8>, Problem> {
        let wrapped = URL_SAFE_NO_PAD.decode(&self.wrapped);
        wrapped.map_err(Problem::internal)
    }

    /// Where the key of a subject is.
    pub fn place(subject: impl Display) -> Key {
        Key::new(format!("subject#{subject}"), "key")
    }
}

impl Item for SubjectKey {
    const KIND: &'static str = "subject-key";

    fn key(&self) -> Key {
        Self::place(&self.subject)
    }
}

/// A subject's key, ready to seal and to open. It lives as long as one request and is written nowhere.
pub struct DataKey {
    subject: String,
    key: LessSafeKey,
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[data key]")
    }
}

impl DataKey {
    /// The key of a subject from its 32 bytes.
    ///
    /// # Errors
    /// When they are not 32.
    pub fn new(subject: impl Display, bytes: &[u8]) -> Result<Self, Problem> {
        let key = UnboundKey::new(&AES_256_GCM, bytes)
            .map_err(|_| Problem::internal("a data key has 32 bytes"))?;
        Ok(Self {
            subject: subject.to_string(),
            key: LessSafeKey::new(key),
        })
    }

    /// Seals the value of a field. The nonce is random: a subject has far fewer values than the 2^32 that one key may
    /// seal so (NIST SP 800-38D §8.3).
    ///
    /// # Errors
    /// When the value is too long for the cipher, which none of ours is.
    pub fn seal<T: Display>(
        &self,
        field: &str,
        value: &T,
        ids: &Ids,
    ) -> Result<Sealed<T>, Problem> {
        let nonce = ids.bytes::<NONCE_LEN>();
        let mut sealed = value.to_string().into_bytes();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                self.associated(field),
                &mut sealed,
            )
            .map_err(|_| Problem::internal("a value cannot be sealed"))?;
        let whole = [&nonce[..], &sealed].concat();
        Ok(Sealed {
            sealed: URL_SAFE_NO_PAD.encode(whole),
            holds: PhantomData,
        })
    }

    /// Opens the value of a field.
    ///
    /// # Errors
    /// An internal problem when it was sealed with another key, for another field, or has been changed.
    pub fn open<T: FromStr>(&self, field: &str, sealed: &Sealed<T>) -> Result<T, Problem> {
        let refused = || Problem::internal(format!("the sealed {field} does not open"));
        let mut bytes = URL_SAFE_NO_PAD
            .decode(&sealed.sealed)
            .map_err(|_| refused())?;
        let (nonce, text) = bytes
            .split_first_chunk_mut::<NONCE_LEN>()
            .ok_or_else(refused)?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self
            .key
            .open_in_place(nonce, self.associated(field), text)
            .map_err(|_| refused())?;
        let text = std::str::from_utf8(opened).map_err(|_| refused())?;
        text.parse().map_err(|_| refused())
    }

    fn associated(&self, field: &str) -> Aad<Vec<u8>> {
        // Neither ids nor names of fields have a zero in them.
        Aad::from([self.subject.as_bytes(), &[0], field.as_bytes()].concat())
    }
}

/// A `T` that only the key of its subject opens. It prints as `[sealed]`, and goes to its store and nowhere else, as
/// [`kernel::Personal`] does.
pub struct Sealed<T> {
    /// Nonce, cipher text and tag, in base64url.
    sealed: String,
    holds: PhantomData<fn() -> T>,
}

impl<T> Clone for Sealed<T> {
    fn clone(&self) -> Self {
        Self {
            sealed: self.sealed.clone(),
            holds: PhantomData,
        }
    }
}

impl<T> PartialEq for Sealed<T> {
    /// Whether it is the very same sealing; two of one value differ in their nonces.
    fn eq(&self, other: &Self) -> bool {
        self.sealed == other.sealed
    }
}

impl<T> Eq for Sealed<T> {}

impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[sealed]")
    }
}

impl<T> Serialize for Sealed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !kernel::personal::is_storing() {
            return Err(S::Error::custom(
                "sealed values go to their store and nowhere else",
            ));
        }
        self.sealed.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Sealed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            sealed: String::deserialize(deserializer)?,
            holds: PhantomData,
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{SellerId, Timestamp, personal::storing};

    use super::*;

    const IBAN: &str = "DE89370400440532013000";

    fn seller(seed: u64) -> SellerId {
        Ids::seeded(seed).fresh(Timestamp::from_second(1))
    }

    fn key(seed: u64, bytes: u8) -> DataKey {
        DataKey::new(seller(seed), &[bytes; 32]).unwrap()
    }

    fn sealed() -> Sealed<String> {
        let ids = Ids::seeded(9);
        key(1, 7).seal("iban", &IBAN.to_owned(), &ids).unwrap()
    }

    #[test]
    fn a_value_opens_with_its_key_in_its_place() {
        assert_eq!(key(1, 7).open("iban", &sealed()).unwrap(), IBAN);
    }

    #[test]
    fn it_opens_with_no_other_key_for_no_other_subject_and_field() {
        assert!(
            key(1, 8).open("iban", &sealed()).is_err(),
            "a new key after the erasure of the old one"
        );
        assert!(key(2, 7).open("iban", &sealed()).is_err());
        assert!(key(1, 7).open("vat_number", &sealed()).is_err());
    }

    #[test]
    fn it_does_not_open_when_a_byte_is_changed_or_cut_off() {
        let whole = URL_SAFE_NO_PAD.decode(&sealed().sealed).unwrap();
        let opens = |bytes: &[u8]| {
            let sealed = Sealed::<String> {
                sealed: URL_SAFE_NO_PAD.encode(bytes),
                holds: PhantomData,
            };
            key(1, 7).open("iban", &sealed).is_ok()
        };
        assert!(opens(&whole));
        for place in 0..whole.len() {
            let mut bent = whole.clone();
            bent[place] ^= 1;
            assert!(!opens(&bent), "byte {place}");
            assert!(!opens(&whole[..place]), "{place} bytes");
        }
    }

    #[test]
    fn one_value_is_sealed_differently_each_time() {
        let (key, ids) = (key(1, 7), Ids::seeded(9));
        let seal = || key.seal("iban", &IBAN.to_owned(), &ids).unwrap();
        assert_ne!(seal(), seal());
    }

    #[test]
    fn it_never_prints_and_goes_to_its_store_alone() {
        assert_eq!(
            format!("{:?} {:?}", sealed(), key(1, 7)),
            "[sealed] [data key]"
        );
        assert!(serde_json::to_string(&sealed()).is_err());
        let stored = storing(|| serde_json::to_string(&sealed())).unwrap();
        assert!(!stored.contains("0532013000"));
        assert_eq!(
            serde_json::from_str::<Sealed<String>>(&stored).unwrap(),
            sealed()
        );
    }

    #[test]
    fn a_wrapped_key_is_kept_as_it_is() {
        let kept = SubjectKey::new(seller(1), &[1, 2, 255]);
        assert_eq!(kept.wrapped().unwrap(), [1, 2, 255]);
        assert_eq!(kept.key(), SubjectKey::place(seller(1)));
    }
}
