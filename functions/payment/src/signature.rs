//! How a webhook's sender is told: an HMAC-SHA256 of its time and its body, in a header `t=1795426200,v1=5257a8…`.
//!
//! The bytes as they came are what is signed, and the time with them, so that neither can be changed, nor sent again
//! when it is late. While the sender changes its secret it signs with both, and one that fits is enough.

use std::{fmt, time::Duration};

use hmac::{Hmac, KeyInit, Mac};
use kernel::{Code, Problem, Timestamp};
use sha2::Sha256;

/// How far a webhook's time may be from ours.
pub const TOLERANCE: Duration = Duration::from_mins(5);
/// Nobody signs with more secrets than these at once.
const MOST_SIGNATURES: usize = 8;

/// The secret that a provider signs with.
#[derive(Clone)]
pub struct SigningKey(Hmac<Sha256>);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl SigningKey {
    /// With the stage's `payment-webhook-key`.
    ///
    /// # Errors
    /// None: a key of any length is one.
    pub fn new(secret: &str) -> Result<Self, Problem> {
        <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes())
            .map(Self)
            .map_err(Problem::internal)
    }

    /// What is sent beside a body, at this moment.
    pub fn sign(&self, body: &[u8], now: Timestamp) -> String {
        let at = now.as_second();
        let code = self.mac(at, body).finalize().into_bytes();
        let hex = code
            .iter()
            .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        format!("t={at},v1={hex}")
    }

    /// Whether a body was signed so, a short while ago. Signatures are compared in constant time.
    ///
    /// # Errors
    /// `webhook_invalid`, whatever is wrong: who forges learns nothing.
    pub fn verify(&self, header: &str, body: &[u8], now: Timestamp) -> Result<(), Problem> {
        let invalid = || Problem::new(Code::WebhookInvalid);
        let parts = || {
            header
                .split(',')
                .filter_map(|part| part.trim().split_once('='))
        };
        let mut times = parts().filter(|(name, _)| *name == "t");
        // Two times would leave it open which of them was signed.
        let (Some((_, at)), None) = (times.next(), times.next()) else {
            return Err(invalid());
        };
        let at: i64 = at.parse().map_err(|_| invalid())?;
        let sent = Timestamp::from_second(at);
        if now.since(sent).max(sent.since(now)) > TOLERANCE {
            return Err(invalid());
        }
        let signatures = parts().filter(|(name, _)| *name == "v1");
        let mut signatures = signatures.take(MOST_SIGNATURES);
        let fits = |(_, hex): (&str, &str)| {
            bytes(hex).is_some_and(|code| self.mac(at, body).verify_slice(&code).is_ok())
        };
        signatures.any(fits).then_some(()).ok_or_else(invalid)
    }

    fn mac(&self, at: i64, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(at.to_string().as_bytes());
        mac.update(b".");
        mac.update(body);
        mac
    }
}

/// The bytes of a text of hexadecimal digits.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !digits || !hex.len().is_multiple_of(2) {
        return None;
    }
    let pairs = (0..hex.len()).step_by(2);
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    pairs.map(byte).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(secret: &str) -> SigningKey {
        SigningKey::new(secret).unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second)
    }

    #[test]
    fn a_signature_is_what_the_field_has_it_to_be() {
        // As `printf '1795426200.{}' | openssl dgst -sha256 -hmac secret` has it.
        let header = key("secret").sign(b"{}", at(1_795_426_200));
        let code = "b7ce3f9268c412781029bdc98068f384ff3ce0f01c3623f892ace73d34e1f7da";
        assert_eq!(header, format!("t=1795426200,v1={code}"));
    }

    #[test]
    fn what_is_signed_with_either_of_two_secrets_is_good() {
        let (old, new) = (key("old"), key("new"));
        let both = format!("{},{}", old.sign(b"x", at(9)), &new.sign(b"x", at(9))[4..]);
        assert!(old.verify(&both, b"x", at(9)).is_ok());
        assert!(new.verify(&both, b"x", at(9)).is_ok());
        assert!(key("other").verify(&both, b"x", at(9)).is_err());
    }

    #[test]
    fn what_is_late_early_or_malformed_is_refused() {
        let key = key("secret");
        let header = key.sign(b"x", at(10_000));
        for (now, good) in [
            (10_000, true),
            (10_300, true),
            (10_301, false),
            (9_699, false),
        ] {
            assert_eq!(key.verify(&header, b"x", at(now)).is_ok(), good, "{now}");
        }
        let code = &header["t=10000,v1=".len()..];
        for wrong in [
            String::new(),
            "t=10000".to_owned(),
            format!("v1={code}"),
            format!("t=,v1={code}"),
            format!("t=10001,v1={code}"),
            format!("t=10000,t=10000,v1={code}"),
            format!("t=10000,v0={code}"),
            format!("t=10000,v1={}", &code[1..]),
            format!("t=10000,v1={}é", &code[2..]),
            format!("t=10000,v1={code}00"),
            "t=10000,v1=".to_owned(),
        ] {
            let refused = key.verify(&wrong, b"x", at(10_000)).unwrap_err();
            assert_eq!(refused.code(), Code::WebhookInvalid, "{wrong}");
        }
    }

    #[test]
    fn too_many_signatures_are_not_tried() {
        let key = key("secret");
        let good = key.sign(b"x", at(9));
        let many = format!("t=9{}", ",v1=00".repeat(MOST_SIGNATURES));
        assert!(
            key.verify(&format!("{many}{}", &good[3..]), b"x", at(9))
                .is_err()
        );
    }

    proptest! {
        #[test]
        fn no_byte_of_a_body_can_be_changed(
            body in prop::collection::vec(any::<u8>(), 1..64), place in any::<prop::sample::Index>(), bit in 0..8_u8,
        ) {
            let key = key("secret");
            let header = key.sign(&body, at(9));
            prop_assert!(key.verify(&header, &body, at(9)).is_ok());
            let mut changed = body.clone();
            changed[place.index(body.len())] ^= 1 << bit;
            prop_assert!(key.verify(&header, &changed, at(9)).is_err());
        }
    }
}
