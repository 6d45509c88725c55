//! A log's head, signed: what it said at a time, in a bucket that nobody takes it out of. A log whose tail was cut
//! off or written anew is consistent in itself; its checkpoints show it.
//!
//! A checkpoint lies at `checkpoints/<service>/<number>.json`, as a JWS in the flattened JSON serialization
//! (RFC 7515 §7.2.2) with ES256, whose payload is `{"service", "number", "hash", "at"}`: whoever has the public
//! keys verifies it with any library for JOSE.

use std::{collections::HashMap, sync::Mutex};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use dynamo::audit::{AuditLog, Place};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, crypto,
    jwk::{Jwk, JwkSet},
};
use kernel::{Problem, Timestamp};
use lambda::{
    Platform,
    aws::{S3, Secrets},
    http::{self, Outcome},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::audit::Audit;

/// The `typ` of a checkpoint (RFC 7515 §4.1.9), so that nothing else that the key signs passes for one.
const TYPE: &str = "souk-checkpoint+json";
/// No checkpoint has as many bytes.
const LARGEST: u64 = 4_096;

/// What a log's head was at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The service whose log it is.
    pub service: String,
    /// The number and the hash of the last entry.
    #[serde(flatten)]
    pub place: Place,
    /// When it was signed.
    pub at: Timestamp,
}

/// Where a checkpoint lies in the bucket; numbers are padded, so that keys sort as they do.
pub fn key_of(service: &str, number: u64) -> String {
    format!("{}{number:012}.json", prefix_of(service))
}

/// What the keys of a service's checkpoints begin with.
pub fn prefix_of(service: &str) -> String {
    format!("checkpoints/{service}/")
}

/// The number in a checkpoint's key.
pub fn number_of(key: &str) -> Option<u64> {
    let (_, name) = key.rsplit_once('/')?;
    name.strip_suffix(".json")?.parse().ok()
}

/// A JWS in the flattened JSON serialization.
#[derive(Serialize, Deserialize)]
struct Signed {
    protected: String,
    payload: String,
    signature: String,
}

#[derive(Deserialize)]
struct Protected {
    alg: String,
    kid: String,
    typ: String,
}

/// Signs checkpoints.
pub struct Signer {
    key: EncodingKey,
    protected: String,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer")
    }
}

/// The secret, as it lies in Secrets Manager.
#[derive(Deserialize)]
struct SigningKey {
    kid: String,
    /// PKCS#8 in DER, base64 (RFC 5208).
    pkcs8: String,
}

impl Signer {
    /// With the stage's secret: `{"kid": "…", "pkcs8": "<base64>"}`.
    pub fn new(secret: &str) -> Result<Self, Problem> {
        // The secret's own text must not get into an error, so none is passed on.
        let unreadable = || Problem::internal("the audit signing key cannot be read");
        let secret: SigningKey = serde_json::from_str(secret).map_err(|_| unreadable())?;
        let der = STANDARD.decode(&secret.pkcs8).map_err(|_| unreadable())?;
        let protected = json!({ "alg": "ES256", "kid": secret.kid, "typ": TYPE });
        Ok(Self {
            key: EncodingKey::from_ec_der(&der),
            protected: URL_SAFE_NO_PAD.encode(protected.to_string()),
        })
    }

    /// A checkpoint as it is laid into the bucket.
    pub fn sign(&self, checkpoint: &Checkpoint) -> Result<Vec<u8>, Problem> {
        let payload = serde_json::to_vec(checkpoint).map_err(Problem::internal)?;
        let payload = URL_SAFE_NO_PAD.encode(payload);
        let message = format!("{}.{payload}", self.protected);
        let signature = crypto::sign(message.as_bytes(), &self.key, Algorithm::ES256);
        let signed = Signed {
            protected: self.protected.clone(),
            payload,
            signature: signature.map_err(Problem::internal)?,
        };
        serde_json::to_vec(&signed).map_err(Problem::internal)
    }
}

/// Verifies checkpoints.
pub struct Verifier {
    keys: HashMap<String, DecodingKey>,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier")
    }
}

impl Verifier {
    /// With the public keys, as a JWK set (RFC 7517): the former ones too, as long as their checkpoints are kept.
    pub fn new(jwks: &str) -> Result<Self, Problem> {
        let set: JwkSet = serde_json::from_str(jwks).map_err(Problem::internal)?;
        let read = |jwk: &Jwk| {
            let id = jwk.common.key_id.clone();
            let id = id.ok_or_else(|| Problem::internal("a JWK has no kid"))?;
            Ok((id, DecodingKey::from_jwk(jwk).map_err(Problem::internal)?))
        };
        Ok(Self {
            keys: set.keys.iter().map(read).collect::<Result<_, Problem>>()?,
        })
    }

    /// The checkpoint, if its signature is good; the algorithm is ours, whatever it says.
    pub fn open(&self, bytes: &[u8]) -> Option<Checkpoint> {
        let signed: Signed = serde_json::from_slice(bytes).ok()?;
        let protected = URL_SAFE_NO_PAD.decode(&signed.protected).ok()?;
        let protected: Protected = serde_json::from_slice(&protected).ok()?;
        if protected.alg != "ES256" || protected.typ != TYPE {
            return None;
        }
        let key = self.keys.get(&protected.kid)?;
        let message = format!("{}.{}", signed.protected, signed.payload);
        let is_good = crypto::verify(&signed.signature, message.as_bytes(), key, Algorithm::ES256);
        if !is_good.unwrap_or(false) {
            return None;
        }
        let payload = URL_SAFE_NO_PAD.decode(&signed.payload).ok()?;
        serde_json::from_slice(&payload).ok()
    }
}

/// The bucket of checkpoints.
#[derive(Debug)]
pub(crate) struct Bucket {
    s3: S3,
    name: String,
}

impl Bucket {
    pub(crate) fn open(platform: &Platform) -> Result<Self, Problem> {
        Ok(Self {
            s3: S3::connect(&platform.connection),
            name: platform.setting("BUCKET_CHECKPOINTS")?.to_owned(),
        })
    }

    /// The keys of a service's checkpoints behind a number, at most `most`.
    pub(crate) async fn behind(
        &self,
        service: &str,
        number: u64,
        most: i32,
    ) -> Result<Vec<String>, Problem> {
        let (prefix, behind) = (prefix_of(service), key_of(service, number));
        self.s3.list(&self.name, &prefix, &behind, most).await
    }

    /// The bytes of a checkpoint.
    pub(crate) async fn read(&self, key: &str) -> Result<Vec<u8>, Problem> {
        let found = self.s3.get_range(&self.name, key, 0, LARGEST).await?;
        Ok(found.map(|found| found.bytes).unwrap_or_default())
    }
}

/// What signs the logs' heads.
#[derive(Debug)]
pub struct Checkpoints {
    audit: Audit,
    signer: Signer,
    bucket: Bucket,
    /// The last number that this process has signed, by service: a log that stands still costs one read.
    signed: Mutex<HashMap<String, u64>>,
}

impl Checkpoints {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        let secret = platform.setting("SECRET_AUDIT_SIGNING_KEY")?;
        let secret = Secrets::connect(&platform.connection).get(secret).await?;
        Ok(Self {
            audit: Audit::open(platform)?,
            signer: Signer::new(&secret)?,
            bucket: Bucket::open(platform)?,
            signed: Mutex::new(HashMap::new()),
        })
    }

    /// The logs whose heads are to be signed.
    pub fn logs(&self) -> &[AuditLog] {
        self.audit.all()
    }

    /// Signs where a log ends now, unless that is signed already.
    ///
    /// # Errors
    /// An internal problem when the log ends before a checkpoint of it: its tail was cut off.
    pub async fn sign(&self, log: &AuditLog, now: Timestamp) -> Result<(), Problem> {
        let service = log.service();
        let Some(head) = log.head().await? else {
            return Ok(());
        };
        let place = head.value.place;
        let number = place.number;
        if self.remembered().get(service) == Some(&number) {
            return Ok(());
        }
        // A log only grows, so nothing was signed behind its end, unless it was longer.
        if !self.bucket.behind(service, number, 1).await?.is_empty() {
            let cut = format!("the audit log of {service} ends before its last checkpoint");
            return Err(Problem::internal(cut));
        }
        let checkpoint = Checkpoint {
            service: service.to_owned(),
            place,
            at: now,
        };
        let signed = self.signer.sign(&checkpoint)?;
        let key = key_of(service, number);
        let (s3, bucket) = (&self.bucket.s3, &self.bucket.name);
        s3.put_new(bucket, &key, "application/json", signed).await?;
        self.remembered().insert(service.to_owned(), number);
        Ok(())
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, HashMap<String, u64>> {
        self.signed
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A JWK set (RFC 7517 §5): what checkpoints are verified with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditKeys {
    /// The keys, former ones too.
    keys: Vec<AuditKey>,
}

// What is no member here is not shown: a private key that got into the settings by mistake would not get out.
/// A public key on a curve (RFC 7518 §6.2.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
struct AuditKey {
    /// What checkpoints name it by.
    kid: String,
    /// `EC`.
    kty: String,
    /// `P-256`.
    crv: String,
    /// A coordinate, base64url.
    x: String,
    /// The other.
    y: String,
}

impl AuditKeys {
    /// From the stage's settings.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        serde_json::from_str(platform.setting("AUDIT_KEYS")?).map_err(Problem::internal)
    }

    /// The keys.
    pub fn reply(&self) -> Outcome<Self> {
        http::ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // A key of this test alone; it guards nothing.
    const SECRET: &str = r#"{"kid":"test-key","pkcs8":"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg+6rGS3pHfwlmf4FvwGWc8dz6I8mo4o8I03rpNSerhHOhRANCAAStnsn9VwvnOOkpRJrZkxU4xUHEj6paWILtoFEBKT7UNwDWBnumy+a9DtDfabhRK7qXM2ZFpRf52iEmucTN0Rzj"}"#;
    const JWKS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"test-key","x":"rZ7J_VcL5zjpKUSa2ZMVOMVBxI-qWliC7aBRASk-1Dc","y":"ANYGe6bL5r0O0N9puFErupczZkWlF_naISa5xM3RHOM","d":"secret"}]}"#;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            service: "order".to_owned(),
            place: Place {
                number: 7,
                hash: "a".repeat(64),
            },
            at: Timestamp::from_second(1_767_225_600),
        }
    }

    #[test]
    fn a_checkpoint_is_opened_as_it_was_signed_and_not_otherwise() {
        let signed = Signer::new(SECRET).unwrap().sign(&checkpoint()).unwrap();
        let verifier = Verifier::new(JWKS).unwrap();
        assert_eq!(verifier.open(&signed), Some(checkpoint()));
        assert_eq!(verifier.open(b"{}"), None);

        let mut other: Signed = serde_json::from_slice(&signed).unwrap();
        let forged = serde_json::to_vec(&Checkpoint {
            service: "cart".to_owned(),
            ..checkpoint()
        });
        other.payload = URL_SAFE_NO_PAD.encode(forged.unwrap());
        assert_eq!(verifier.open(&serde_json::to_vec(&other).unwrap()), None);

        let mut unsigned: Signed = serde_json::from_slice(&signed).unwrap();
        let header = r#"{"alg":"none","kid":"test-key","typ":"souk-checkpoint+json"}"#;
        unsigned.protected = URL_SAFE_NO_PAD.encode(header);
        unsigned.signature = String::new();
        assert_eq!(verifier.open(&serde_json::to_vec(&unsigned).unwrap()), None);
    }

    #[test]
    fn a_key_names_its_number_and_sorts_as_it() {
        assert_eq!(number_of(&key_of("order", 42)), Some(42));
        assert!(key_of("order", 9) < key_of("order", 10));
        assert_eq!(number_of("checkpoints/order/x.json"), None);
    }

    #[test]
    fn a_key_is_shown_and_nothing_private_of_it() {
        let keys: AuditKeys = serde_json::from_str(JWKS).unwrap();
        assert!(!serde_json::to_string(&keys).unwrap().contains("secret"));
    }
}
