//! Cursors: where the next page starts, opaque and signed, so that nobody reads from a place of their own
//! choosing or with another list's cursor.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{Code, Problem};
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;

/// Half of SHA-256: a forger needs 2^128 tries (RFC 2104 §5 allows half).
const SIGNATURE: usize = 16;

/// Makes and reads cursors.
#[derive(Clone)]
pub struct Cursors {
    key: Vec<u8>,
}

impl std::fmt::Debug for Cursors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cursors")
    }
}

impl Cursors {
    /// With the stage's signing key.
    pub fn new(key: &[u8]) -> Self {
        Self { key: key.to_vec() }
    }

    /// A cursor for `position` in the list that `scope` names: the route, its filters and the caller.
    pub fn seal<T: Serialize>(&self, scope: &str, position: &T) -> Result<String, Problem> {
        let position = serde_json::to_vec(position).map_err(Problem::internal)?;
        let mut bytes = self.sign(scope, &position)?;
        bytes.extend(position);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The position in a cursor that was made for `scope`; `invalid_cursor` for anything else.
    pub fn open<T: DeserializeOwned>(&self, scope: &str, cursor: &str) -> Result<T, Problem> {
        let invalid = || Problem::new(Code::InvalidCursor);
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
        let (signature, position) = bytes.split_at_checked(SIGNATURE).ok_or_else(invalid)?;
        let expected = self.sign(scope, position)?;
        if !bool::from(subtle::ConstantTimeEq::ct_eq(signature, &expected[..])) {
            return Err(invalid());
        }
        serde_json::from_slice(position).map_err(|_| invalid())
    }

    fn sign(&self, scope: &str, position: &[u8]) -> Result<Vec<u8>, Problem> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).map_err(Problem::internal)?;
        mac.update(scope.as_bytes());
        mac.update(&[0]);
        mac.update(position);
        Ok(mac.finalize().into_bytes()[..SIGNATURE].to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_own_list_alone() {
        let cursors = Cursors::new(b"a key of the stage");
        let cursor = cursors.seal("orders cus_1", &("order#1", 7)).unwrap();
        assert_eq!(
            cursors
                .open::<(String, u32)>("orders cus_1", &cursor)
                .unwrap(),
            ("order#1".to_owned(), 7)
        );
        let refused = |scope: &str, cursor: &str| {
            cursors
                .open::<(String, u32)>(scope, cursor)
                .unwrap_err()
                .code()
                == Code::InvalidCursor
        };
        assert!(refused("orders cus_2", &cursor));
        assert!(refused("orders cus_1", ""));
        assert!(refused("orders cus_1", "not base64!"));
        let mut bent = cursor.clone().into_bytes();
        *bent.last_mut().unwrap() ^= 1;
        assert!(refused("orders cus_1", &String::from_utf8(bent).unwrap()));
        assert!(
            Cursors::new(b"another")
                .open::<(String, u32)>("orders cus_1", &cursor)
                .is_err()
        );
    }
}
