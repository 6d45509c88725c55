//! The public keys that access tokens are verified with.

use kernel::Problem;
use lambda::{
    Platform,
    http::{self, Outcome},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::openapi::versioned;

/// For how long whoever verifies our tokens may go by the keys that it has. A new key signs nothing before it has
/// been shown for as long (`cargo stack rotate-keys`).
const KEPT_SECONDS: u32 = 300;

/// A JWK set (RFC 7517 §5): the keys of this stage, the coming one too while keys are changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeySet {
    /// The keys.
    pub keys: Vec<PublicKey>,
    #[serde(skip)]
    version: String,
}

// What is no member here is not shown: a private key that got into the settings by mistake would not get out.
/// A public key on a curve (RFC 7518 §6.2.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PublicKey {
    /// What tokens name it by.
    kid: String,
    /// `EC`.
    kty: String,
    /// `P-256`.
    crv: String,
    /// A coordinate, base64url.
    x: String,
    /// The other.
    y: String,
    /// `ES256`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    /// `sig`.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    usage: Option<String>,
}

impl KeySet {
    /// From the stage's settings.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Self::read(platform.setting("JWT_KEYS")?)
    }

    fn read(setting: &str) -> Result<Self, Problem> {
        let set: Self = serde_json::from_str(setting).map_err(Problem::internal)?;
        // A key's id is made of its bytes: the ids are the version.
        let ids: Vec<&str> = set.keys.iter().map(|key| key.kid.as_str()).collect();
        Ok(Self {
            version: ids.join("."),
            ..set
        })
    }

    /// The keys.
    pub fn reply(&self) -> Outcome<Self> {
        Ok(versioned(http::ok(self)?, &self.version).kept_for(KEPT_SECONDS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_shown_and_nothing_private_of_it() {
        let set = KeySet::read(
            r#"{"keys": [{"kid": "1", "kty": "EC", "crv": "P-256", "x": "eA", "y": "eQ",
                "alg": "ES256", "use": "sig", "d": "c2VjcmV0"}]}"#,
        )
        .unwrap();
        let shown = serde_json::to_string(&set).unwrap();
        assert_eq!(
            shown,
            r#"{"keys":[{"kid":"1","kty":"EC","crv":"P-256","x":"eA","y":"eQ","alg":"ES256","use":"sig"}]}"#
        );
    }
}
