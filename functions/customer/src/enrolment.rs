//! A customer's second factor: an authenticator app beside the password, and recovery codes beside the app.
//!
//! It is pending until the customer has shown a code of the app, so that nobody is locked out by an app that was
//! never set up. Each code is good once: a step of the app's clock that was used is remembered, a recovery code is
//! taken off the list. Tries are counted before a code is looked at, as they are at passwords.

use std::{fmt, time::Duration};

use dynamo::{Intent, Item, Key, Stored};
use kernel::{Code, CustomerId, Ids, Problem, Timestamp};
use lambda::Platform;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Accounts, Authenticated, FactorCode, RecoveryCode, Session, SignIn, TotpSecret, Vault,
    code::Typed, guess::Tries,
};

/// How long one may take to set up the app.
const PENDING_FOR: Duration = Duration::from_hours(1);

/// A second factor, pending or in use.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Enrolment {
    /// Whose.
    pub customer_id: CustomerId,
    /// The app's secret, sealed.
    sealed: String,
    begun_at: Timestamp,
    /// Since when it is in use; pending, if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confirmed_at: Option<Timestamp>,
    /// The last step of the app's clock that a code was accepted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    used_step: Option<u64>,
    /// The digests of the recovery codes that are left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    recovery: Vec<String>,
    /// Wrong codes of the last minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tries: Option<Tries>,
}

impl Enrolment {
    /// A pending one.
    pub fn begin(
        customer_id: CustomerId,
        secret: &TotpSecret,
        vault: &Vault,
        ids: &Ids,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        Ok(Self {
            customer_id,
            sealed: vault.seal(customer_id, secret, ids)?,
            begun_at: now,
            confirmed_at: None,
            used_step: None,
            recovery: Vec::new(),
            tries: None,
        })
    }

    /// Whether log-ins ask for it.
    pub fn is_in_use(&self) -> bool {
        self.confirmed_at.is_some()
    }

    /// Whether a code may still confirm it.
    pub fn is_pending(&self, now: Timestamp) -> bool {
        !self.is_in_use() && now < self.begun_at.plus(PENDING_FOR)
    }

    /// The same with one more try: refused with 429 where there were enough of them.
    pub fn guessed(&self, now: Timestamp) -> Result<Self, Problem> {
        Ok(Self {
            tries: Some(Tries::one_more(self.tries.as_ref(), now)?),
            ..self.clone()
        })
    }

    /// The same with this code used up, and the tries that led to it forgotten; `invalid_second_factor` if it is
    /// not one of its codes or was used before.
    pub fn prove(&self, code: &FactorCode, vault: &Vault, now: Timestamp) -> Result<Self, Problem> {
        let refused = Code::InvalidSecondFactor;
        let mut next = Self {
            tries: None,
            ..self.clone()
        };
        match &code.0 {
            Typed::Totp(digits) => {
                let secret = vault.open(self.customer_id, &self.sealed)?;
                let step = secret.step_of(*digits, now, self.used_step);
                next.used_step = Some(step.ok_or(refused)?);
            }
            Typed::Recovery(code) => {
                let digest = vault.digest(self.customer_id, code);
                next.recovery.retain(|known| *known != digest);
                if next.recovery.len() == self.recovery.len() {
                    return Err(refused.into());
                }
            }
        }
        Ok(next)
    }

    /// The same in use from now on.
    pub fn confirmed(&self, now: Timestamp) -> Self {
        Self {
            confirmed_at: Some(now),
            ..self.clone()
        }
    }

    /// The same with these recovery codes and none of the old ones.
    pub fn with_recovery(&self, codes: &[RecoveryCode], vault: &Vault) -> Self {
        let digest = |code| vault.digest(self.customer_id, code);
        Self {
            recovery: codes.iter().map(digest).collect(),
            ..self.clone()
        }
    }

    /// What its customer sees of it, once it is in use.
    pub fn view(&self) -> Option<SecondFactorView> {
        Some(SecondFactorView {
            enrolled_at: self.confirmed_at?,
            recovery_codes_left: self.recovery.len(),
        })
    }

    /// Where a customer's is.
    pub fn place(customer: CustomerId) -> Key {
        Key::new(format!("customer#{customer}"), "second-factor")
    }
}

impl Item for Enrolment {
    const KIND: &'static str = "second-factor";

    fn key(&self) -> Key {
        Self::place(self.customer_id)
    }

    /// One that was never confirmed goes away.
    fn expires_at(&self) -> Option<Timestamp> {
        match self.confirmed_at {
            Some(_) => None,
            None => Some(self.begun_at.plus(PENDING_FOR)),
        }
    }
}

/// A second factor as its customer sees it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SecondFactorView {
    /// Since when a log-in needs it.
    pub enrolled_at: Timestamp,
    /// How many recovery codes were not used yet.
    pub recovery_codes_left: usize,
}

/// The recovery codes, shown once.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RecoveryCodes {
    /// Each is good once, in place of a code of the app.
    pub recovery_codes: Vec<RecoveryCode>,
}

/// A code that was right: the second factor as it was read, and as it is with the code used up.
#[derive(Debug)]
pub struct Proof {
    pub(crate) read: Stored<Enrolment>,
    /// What is to be kept.
    pub next: Enrolment,
}

impl Authenticated {
    /// What the right password needs beside it: nothing where the account has no second factor, else a code.
    pub fn prove(
        &self,
        code: Option<&FactorCode>,
        vault: &Vault,
        now: Timestamp,
    ) -> Result<Option<Proof>, Problem> {
        let in_use = |enrolment: &&Stored<Enrolment>| enrolment.is_in_use();
        let Some(read) = self.enrolment.as_ref().filter(in_use) else {
            return Ok(None);
        };
        let code = code.ok_or(Code::SecondFactorRequired)?;
        let next = read.prove(code, vault, now)?;
        let read = read.clone();
        Ok(Some(Proof { read, next }))
    }
}

impl Session {
    /// The same session after its log-in has shown this, if anything beside the password.
    pub fn proven_by(self, proof: Option<&Proof>, now: Timestamp) -> Self {
        match proof {
            Some(_) => self.with_second_factor(now),
            None => self,
        }
    }
}

/// What the functions work with that look at codes. They alone read the stage's key for them.
pub struct Factors {
    /// The accounts.
    pub accounts: Accounts,
    /// The stage's key.
    pub vault: Vault,
    /// What an authenticator app calls the shop.
    pub issuer: String,
}

impl fmt::Debug for Factors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Factors")
    }
}

impl Factors {
    /// Reads the stage's key.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        let issuer = platform.setting("JWT_ISSUER")?;
        let host = issuer.split_once("://").map_or(issuer, |(_, host)| host);
        Ok(Self {
            accounts: Accounts::start(platform).await?,
            vault: Vault::start(platform).await?,
            issuer: host.to_owned(),
        })
    }

    /// Looks at a code for a second factor that is in use.
    pub async fn check(
        &self,
        read: Option<Stored<Enrolment>>,
        code: &FactorCode,
        intent: &Intent,
    ) -> Result<Proof, Problem> {
        let read = read.filter(|read| read.is_in_use());
        let read = read.ok_or(Code::SecondFactorNotFound)?;
        self.look(read, code, intent).await
    }

    /// Looks at the code that is to confirm a pending second factor, and makes its recovery codes.
    pub async fn confirm(
        &self,
        read: Option<Stored<Enrolment>>,
        code: &FactorCode,
        intent: &Intent,
    ) -> Result<(Proof, RecoveryCodes), Problem> {
        let read = read.ok_or(Code::SecondFactorNotFound)?;
        if read.is_in_use() {
            return Err(Code::SecondFactorEnrolled.into());
        }
        if !read.is_pending(intent.now) {
            return Err(Code::SecondFactorNotFound.into());
        }
        let mut proof = self.look(read, code, intent).await?;
        proof.next = proof.next.confirmed(intent.now);
        Ok(self.renew(proof, &intent.ids))
    }

    /// The proof, with recovery codes in place of the old ones.
    pub fn renew(&self, proof: Proof, ids: &Ids) -> (Proof, RecoveryCodes) {
        let recovery_codes = RecoveryCode::set(ids);
        let next = proof.next.with_recovery(&recovery_codes, &self.vault);
        (Proof { next, ..proof }, RecoveryCodes { recovery_codes })
    }

    /// Counts the try, and only then looks: of any number of tries at once no more are looked at than one after
    /// another.
    async fn look(
        &self,
        read: Stored<Enrolment>,
        code: &FactorCode,
        intent: &Intent,
    ) -> Result<Proof, Problem> {
        let read = self.accounts.count_code(read, intent).await?;
        let next = read.prove(code, &self.vault, intent.now)?;
        Ok(Proof { read, next })
    }
}

/// What a log-in and a step-up work with: the desk that hands out tokens, and what looks at codes.
#[derive(Debug)]
pub struct StrongSignIn {
    /// The desk.
    pub desk: SignIn,
    /// What looks at codes.
    pub factors: Factors,
}

impl StrongSignIn {
    /// Reads both keys.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            desk: SignIn::start(platform).await?,
            factors: Factors::start(platform).await?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Rosa {
        vault: Vault,
        ids: Ids,
        enrolment: Enrolment,
    }

    fn at(second: u64) -> Timestamp {
        Timestamp::from_second(1_795_426_200).plus(Duration::from_secs(second))
    }

    /// With the secret of RFC 4226's examples.
    fn rosa() -> Rosa {
        let (vault, ids) = (
            Vault::new(b"a secret of the stage").unwrap(),
            Ids::seeded(1),
        );
        let secret = TotpSecret(*b"12345678901234567890");
        let enrolment = Enrolment::begin(ids.fresh(at(0)), &secret, &vault, &ids, at(0));
        Rosa {
            enrolment: enrolment.unwrap(),
            vault,
            ids,
        }
    }

    fn typed(code: &RecoveryCode) -> FactorCode {
        FactorCode(Typed::Recovery(code.clone()))
    }

    #[test]
    fn it_is_pending_for_an_hour() {
        let Rosa { enrolment, .. } = rosa();
        assert!(enrolment.is_pending(at(3_599)) && !enrolment.is_pending(at(3_600)));
        assert_eq!(enrolment.expires_at(), Some(at(3_600)));
        assert!(enrolment.view().is_none());
        let confirmed = enrolment.confirmed(at(9));
        assert!(!confirmed.is_pending(at(10)));
        assert_eq!(confirmed.expires_at(), None);
        assert_eq!(confirmed.view().unwrap().enrolled_at, at(9));
    }

    #[test]
    fn a_code_of_the_app_is_good_once() {
        let Rosa {
            vault, enrolment, ..
        } = rosa();
        // RFC 6238, appendix B.
        let (code, then): (FactorCode, _) = (
            "279037".parse().unwrap(),
            Timestamp::from_second(2_000_000_000),
        );
        let proven = enrolment.prove(&code, &vault, then).unwrap();
        let again = proven.prove(&code, &vault, then).unwrap_err();
        assert_eq!(again.code(), Code::InvalidSecondFactor);
        let wrong = enrolment.prove(&"279038".parse().unwrap(), &vault, then);
        assert_eq!(wrong.unwrap_err().code(), Code::InvalidSecondFactor);
    }

    #[test]
    fn a_recovery_code_is_good_once_and_for_the_set_that_it_is_of() {
        let Rosa {
            vault,
            ids,
            enrolment,
        } = rosa();
        let (first, second) = (RecoveryCode::set(&ids), RecoveryCode::set(&ids));
        let enrolment = enrolment.with_recovery(&first, &vault).confirmed(at(1));
        let used = enrolment.prove(&typed(&first[3]), &vault, at(2)).unwrap();
        assert_eq!(used.view().unwrap().recovery_codes_left, 9);
        assert!(used.prove(&typed(&first[3]), &vault, at(2)).is_err());
        assert!(used.prove(&typed(&first[4]), &vault, at(2)).is_ok());
        let renewed = used.with_recovery(&second, &vault);
        assert_eq!(renewed.view().unwrap().recovery_codes_left, 10);
        assert!(renewed.prove(&typed(&first[4]), &vault, at(2)).is_err());
        assert!(renewed.prove(&typed(&second[4]), &vault, at(2)).is_ok());
    }

    #[test]
    fn five_tries_are_borne_and_a_right_one_forgets_them() {
        let Rosa {
            vault,
            ids,
            enrolment,
        } = rosa();
        let codes = RecoveryCode::set(&ids);
        let mut tried = enrolment.with_recovery(&codes, &vault);
        for _ in 0..5 {
            tried = tried.guessed(at(1)).unwrap();
        }
        let refused = tried.guessed(at(2)).unwrap_err();
        assert_eq!(refused.code(), Code::TooManyRequests);
        assert!(tried.guessed(at(901)).is_ok());
        let proven = tried.prove(&typed(&codes[0]), &vault, at(2)).unwrap();
        assert!(proven.guessed(at(2)).is_ok());
    }

    #[test]
    fn what_is_kept_holds_no_secret_and_no_code() {
        let Rosa {
            vault,
            ids,
            enrolment,
        } = rosa();
        let codes = RecoveryCode::set(&ids);
        let stored = serde_json::to_string(&enrolment.with_recovery(&codes, &vault)).unwrap();
        let secret = TotpSecret(*b"12345678901234567890").base32();
        let shown = serde_json::to_value(&codes).unwrap();
        for hidden in [
            secret.as_str(),
            "12345678901234567890",
            shown[0].as_str().unwrap(),
        ] {
            assert!(!stored.contains(hidden), "{stored}");
        }
        let read: Enrolment = serde_json::from_str(&stored).unwrap();
        assert_eq!(read, enrolment.with_recovery(&codes, &vault));
    }
}
