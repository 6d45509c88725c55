//! The key that tokens are signed with in tests. It guards nothing.

use kernel::{CustomerId, Powers, Role, SessionId, Timestamp};
use lambda::{
    Principal,
    token::{Claims, Signer},
};
use serde_json::{Value, json};

/// Who makes tokens in tests.
pub const ISSUER: &str = "https://souk.test";
const KEY_ID: &str = "test-key";
const PKCS8: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg+6rGS3pHfwlmf4FvwGWc8dz6I8mo4o8I03rpNSerhHOhRANCAAStnsn9VwvnOOkpRJrZkxU4xUHEj6paWILtoFEBKT7UNwDWBnumy+a9DtDfabhRK7qXM2ZFpRf52iEmucTN0Rzj";
const X: &str = "rZ7J_VcL5zjpKUSa2ZMVOMVBxI-qWliC7aBRASk-1Dc";
const Y: &str = "ANYGe6bL5r0O0N9puFErupczZkWlF_naISa5xM3RHOM";

/// A key that no function knows, and its public part.
const STRANGER: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgC1RJ6qz0hLZJZdAStZ6vUMZkETdEl3hsMEyhPizBVXChRANCAAS+5S79TlnYvNdoktHTpnuCnnTl/yluN/wJntNCmKhRpOHp+sgBGMoWEIRyEi/qmzpMHq9yiF3gyBqY5f7ZZUlr";
const STRANGER_X: &str = "vuUu_U5Z2LzXaJLR06Z7gp505f8pbjf8CZ7TQpioUaQ";
const STRANGER_Y: &str = "4en6yAEYyhYQhHISL-qbOkwer3KIXeDIGpjl_tllSWs";

/// What a function reads as `JWT_KEYS`.
pub(crate) fn jwks() -> String {
    let key = json!({ "kty": "EC", "crv": "P-256", "x": X, "y": Y, "kid": KEY_ID, "alg": "ES256", "use": "sig" });
    json!({ "keys": [key] }).to_string()
}

/// What lies in the secret of the signing key.
pub(crate) fn secret() -> String {
    json!({ "kid": KEY_ID, "pkcs8": PKCS8 }).to_string()
}

/// A good token, for an hour.
pub(crate) fn token(
    customer: CustomerId,
    session: SessionId,
    roles: &[Role],
    now: Timestamp,
) -> String {
    let principal = Principal::new(customer, session, Powers::of_roles(roles), now);
    Signer::new(&secret(), ISSUER)
        .and_then(|signer| signer.sign(&principal, now, 3_600))
        .unwrap_or_default()
}

/// A token with these claims changed, signed with the right key: what only its claims make bad.
///
/// # Panics
/// When `token` is none of this module's.
pub fn forge(token: &str, header: &Value, change: impl FnOnce(&mut Claims)) -> String {
    use base64::{
        Engine,
        engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
    };
    let part = |number: usize| {
        let text = token.split('.').nth(number).unwrap_or_default();
        URL_SAFE_NO_PAD.decode(text).unwrap_or_default()
    };
    let Ok(mut claims) = serde_json::from_slice::<Claims>(&part(1)) else {
        panic!("not a token of the test key");
    };
    change(&mut claims);
    let mut head: Value = serde_json::from_slice(&part(0)).unwrap_or_default();
    for (name, value) in header.as_object().into_iter().flatten() {
        head[name] = value.clone();
    }
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(head.to_string()),
        URL_SAFE_NO_PAD.encode(serde_json::to_string(&claims).unwrap_or_default())
    );
    let key = jsonwebtoken::EncodingKey::from_ec_der(&STANDARD.decode(PKCS8).unwrap_or_default());
    let signature =
        jsonwebtoken::crypto::sign(signed.as_bytes(), &key, jsonwebtoken::Algorithm::ES256)
            .unwrap_or_default();
    format!("{signed}.{signature}")
}

/// By what a token that is written by hand is signed.
#[derive(Debug, Clone, Copy)]
pub enum Hand<'a> {
    /// The right key.
    Right,
    /// A key that no function knows.
    Strange,
    /// A secret, with HMAC and SHA-256.
    Secret(&'a [u8]),
}

/// A token of these two texts, whatever they say.
pub fn handmade(header: &str, claims: &str, by: Hand<'_>) -> String {
    use base64::{
        Engine,
        engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
    };
    use jsonwebtoken::{Algorithm, EncodingKey};

    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let of_curve = |key: &str| EncodingKey::from_ec_der(&STANDARD.decode(key).unwrap_or_default());
    let (key, algorithm) = match by {
        Hand::Right => (of_curve(PKCS8), Algorithm::ES256),
        Hand::Strange => (of_curve(STRANGER), Algorithm::ES256),
        Hand::Secret(secret) => (EncodingKey::from_secret(secret), Algorithm::HS256),
    };
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &key, algorithm);
    format!("{signed}.{}", signature.unwrap_or_default())
}

/// The right key's public part: as a JWK, and as the bytes of a `SubjectPublicKeyInfo` (RFC 5480), both of which
/// anyone has.
pub fn public_key() -> (Value, Vec<u8>) {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    // SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING { 4, x, y } }
    let mut der = vec![
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
        0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];
    for part in [X, Y] {
        der.extend(URL_SAFE_NO_PAD.decode(part).unwrap_or_default());
    }
    (
        json!({ "kty": "EC", "crv": "P-256", "x": X, "y": Y, "kid": KEY_ID }),
        der,
    )
}

/// The public part of the key that no function knows, under this id.
pub fn strange_key(id: &str) -> Value {
    json!({ "kty": "EC", "crv": "P-256", "x": STRANGER_X, "y": STRANGER_Y, "kid": id })
}
