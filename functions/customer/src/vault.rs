//! The stage's key for second factors: secrets are sealed with it, and recovery codes digested. Whoever reads the
//! table alone has neither.

use std::fmt;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf, hmac,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{CustomerId, Ids, Problem};
use lambda::{Platform, aws::Secrets};

use crate::{code::RecoveryCode, totp::TotpSecret};

/// Seals and opens (AES-256-GCM, NIST SP 800-38D), and digests (HMAC-SHA-256).
pub struct Vault {
    sealing: LessSafeKey,
    digesting: hmac::Key,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// Reads the stage's secret, once in the life of the process.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        let secrets = Secrets::connect(&platform.connection);
        let secret = platform.setting("SECRET_SECOND_FACTOR_KEY")?;
        Self::new(secrets.get(secret).await?.as_bytes())
    }

    /// With a secret, from which a key for each purpose is derived (HKDF, RFC 5869).
    pub fn new(secret: &[u8]) -> Result<Self, Problem> {
        let unfit = |_| Problem::internal("no key follows from the secret");
        let root = hkdf::Salt::none(hkdf::HKDF_SHA256).extract(secret);
        let sealing = root.expand(&[b"second factor: seal"], &AES_256_GCM);
        let digesting = root.expand(&[b"second factor: digest"], hmac::HMAC_SHA256);
        Ok(Self {
            sealing: LessSafeKey::new(UnboundKey::from(sealing.map_err(unfit)?)),
            digesting: hmac::Key::from(digesting.map_err(unfit)?),
        })
    }

    /// What is kept of a customer's secret: nonce, ciphertext and tag. It opens for this customer alone.
    pub(crate) fn seal(
        &self,
        whose: CustomerId,
        secret: &TotpSecret,
        ids: &Ids,
    ) -> Result<String, Problem> {
        let nonce: [u8; NONCE_LEN] = ids.bytes();
        let mut sealed = secret.0;
        let tag = self
            .sealing
            .seal_in_place_separate_tag(Nonce::from(&nonce), whose_is(whose), &mut sealed)
            .map_err(|_| Problem::internal("a secret cannot be sealed"))?;
        let bytes = [&nonce[..], &sealed, tag.as_ref()].concat();
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The secret that was sealed for this customer.
    pub(crate) fn open(&self, whose: CustomerId, sealed: &str) -> Result<TotpSecret, Problem> {
        let opened = || {
            let mut bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
            let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let secret = self.sealing.open_in_place(nonce, whose_is(whose), sealed);
            secret.ok()?.try_into().ok().map(TotpSecret)
        };
        opened().ok_or_else(|| Problem::internal("a sealed secret does not open"))
    }

    /// What is kept of a customer's recovery code.
    pub(crate) fn digest(&self, whose: CustomerId, code: &RecoveryCode) -> String {
        let mut digest = hmac::Context::with_key(&self.digesting);
        digest.update(whose.to_string().as_bytes());
        digest.update(&code.0);
        URL_SAFE_NO_PAD.encode(digest.sign())
    }
}

fn whose_is(customer: CustomerId) -> Aad<String> {
    Aad::from(customer.to_string())
}

#[cfg(test)]
mod tests {
    use kernel::Timestamp;

    use super::*;

    #[test]
    fn a_secret_opens_for_whom_it_was_sealed_and_with_its_key_alone() {
        let ids = Ids::seeded(1);
        let customer = || ids.fresh(Timestamp::from_second(1));
        let (rosa, robin): (CustomerId, CustomerId) = (customer(), customer());
        let vault = Vault::new(b"a secret of the stage").unwrap();
        let secret = TotpSecret::fresh(&ids);
        let sealed = vault.seal(rosa, &secret, &ids).unwrap();
        assert_eq!(vault.open(rosa, &sealed).unwrap(), secret);
        assert_ne!(sealed, vault.seal(rosa, &secret, &ids).unwrap());

        assert!(vault.open(robin, &sealed).is_err());
        assert!(vault.open(rosa, &sealed[1..]).is_err());
        assert!(vault.open(rosa, "").is_err());
        let other = Vault::new(b"another secret").unwrap();
        assert!(other.open(rosa, &sealed).is_err());
        assert_eq!(format!("{vault:?}"), "Vault");
    }

    #[test]
    fn a_digest_is_of_a_code_a_customer_and_a_key() {
        let ids = Ids::seeded(1);
        let customer = || ids.fresh(Timestamp::from_second(1));
        let (rosa, robin): (CustomerId, CustomerId) = (customer(), customer());
        let vault = Vault::new(b"a secret of the stage").unwrap();
        let code = RecoveryCode([7; 10]);
        let digest = vault.digest(rosa, &code);
        assert_eq!(digest, vault.digest(rosa, &code));
        assert_ne!(digest, vault.digest(robin, &code));
        assert_ne!(digest, vault.digest(rosa, &RecoveryCode([8; 10])));
        let other = Vault::new(b"another secret").unwrap();
        assert_ne!(digest, other.digest(rosa, &code));
    }
}
