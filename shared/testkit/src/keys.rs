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
