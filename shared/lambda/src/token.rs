//! Access tokens: JWT (RFC 7519) in the profile of RFC 9068, signed with ES256 (RFC 7518 §3.4).
//!
//! Every function verifies the token itself, whatever the gateway did. The algorithm and the key come from our
//! configuration, by the key id; nothing in the token chooses them.

use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation,
    jwk::{Jwk, JwkSet},
};
use kernel::{
    ApiKeyId, Code, CustomerId, Membership, Permission, Powers, Problem, Role, SellerId, SessionId,
    Timestamp,
    permission::{Allowance, Grant},
};
use serde::{Deserialize, Serialize};

/// Whom tokens are for.
const AUDIENCE: &str = "souk";
/// The media type of an access token (RFC 9068 §2.1): an ID token or anything else is no access token.
const TYPE: &str = "at+jwt";
/// A token of ours is well under 1 kB, or under this where many single allowances were given; what is longer is not
/// ours and is not parsed.
const LONGEST: usize = 4_096;
/// How far clocks may differ, in seconds.
const LEEWAY: i64 = 5;

/// What an access token says. Times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who made it.
    pub iss: String,
    /// Whom it is for.
    pub aud: String,
    /// Who calls.
    pub sub: CustomerId,
    /// By which log-in.
    pub sid: SessionId,
    /// What the caller is.
    pub roles: Vec<Role>,
    /// Its place in a seller's staff, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<Membership>,
    /// What it may do beyond these: allowances, with spaces between them (RFC 8693 §4.2).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// How the caller has shown who it is (RFC 8176).
    pub amr: Vec<String>,
    /// Whether the account has a second factor.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mfa: bool,
    /// When the second factor was last given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa_time: Option<i64>,
    /// Who acts in the caller's name, and may only look (RFC 8693 §4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Impersonator>,
    /// When the caller has shown it.
    pub auth_time: i64,
    /// The version of the account's permissions that it was made for.
    pub ver: u64,
    /// When it was made.
    pub iat: i64,
    /// From when it is valid.
    pub nbf: i64,
    /// Until when it is valid.
    pub exp: i64,
}

/// Who acts in another's name, and by which log-in: what ends that one ends this too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impersonator {
    /// An admin.
    pub sub: CustomerId,
    /// By which log-in of its own.
    pub sid: SessionId,
    /// The version of its account's permissions then.
    pub ver: u64,
}

/// A second factor beside the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecondFactor {
    /// The account has none.
    #[default]
    None,
    /// It has one that was not given in this session.
    Enrolled,
    /// It was given.
    Given(Timestamp),
}

/// What a caller has sent to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// An access token of this log-in.
    Session(SessionId),
    /// An API key.
    ApiKey(ApiKeyId),
}

/// Who calls, as a valid token says, or an API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The customer.
    pub customer: CustomerId,
    /// By what it is known.
    pub shown: Shown,
    /// What the customer may do.
    pub powers: Powers,
    /// The version of the account that the token was made for.
    pub version: u64,
    /// When the customer has shown who it is.
    pub authenticated_at: Timestamp,
    /// Whether more than the password was shown.
    pub second_factor: SecondFactor,
    /// Who acts in the customer's name, if it is not the customer.
    pub impersonator: Option<Impersonator>,
}

impl Principal {
    /// A customer who has logged in with a password just now and has these powers.
    pub fn new(customer: CustomerId, session: SessionId, powers: Powers, now: Timestamp) -> Self {
        Self {
            customer,
            shown: Shown::Session(session),
            powers,
            version: 1,
            authenticated_at: now,
            second_factor: SecondFactor::None,
            impersonator: None,
        }
    }

    /// A machine that acts in a customer's name by a key, with these powers.
    pub fn by_key(customer: CustomerId, key: ApiKeyId, powers: Powers, now: Timestamp) -> Self {
        Self {
            customer,
            shown: Shown::ApiKey(key),
            powers,
            version: 1,
            authenticated_at: now,
            second_factor: SecondFactor::None,
            impersonator: None,
        }
    }

    /// The log-in.
    ///
    /// # Errors
    /// `person_required` for a machine, which has none.
    pub fn session(&self) -> Result<SessionId, Problem> {
        match self.shown {
            Shown::Session(session) => Ok(session),
            Shown::ApiKey(_) => Err(Code::PersonRequired.into()),
        }
    }

    /// The key that it acts by, if it is a machine.
    pub fn api_key(&self) -> Option<ApiKeyId> {
        match self.shown {
            Shown::Session(_) => None,
            Shown::ApiKey(key) => Some(key),
        }
    }

    /// What it has for a permission.
    pub fn grant(&self, permission: Permission) -> Grant {
        self.powers.grant(permission)
    }

    /// The seller that it acts for.
    pub fn seller(&self) -> SellerId {
        self.powers.seller_of(self.customer)
    }

    /// The same caller, as one who acts in another's name.
    ///
    /// # Errors
    /// `person_required` for a machine.
    pub fn as_impersonator(&self) -> Result<Impersonator, Problem> {
        Ok(Impersonator {
            sub: self.customer,
            sid: self.session()?,
            ver: self.version,
        })
    }

    /// Who has to answer for what it does: the impersonator, where there is one.
    pub fn who_acts(&self) -> CustomerId {
        let impersonator = self.impersonator.as_ref();
        impersonator.map_or(self.customer, |admin| admin.sub)
    }

    /// The log-ins that it rests on, each with its account and that one's version: what ends one of them ends it.
    pub(crate) fn rests_on(
        &self,
        session: SessionId,
    ) -> impl Iterator<Item = (CustomerId, SessionId, u64)> {
        let impersonator = self.impersonator.iter();
        std::iter::once((self.customer, session, self.version))
            .chain(impersonator.map(|admin| (admin.sub, admin.sid, admin.ver)))
    }

    fn allowances(&self) -> String {
        let listed = self.powers.allowances.iter();
        listed
            .map(Allowance::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl From<Claims> for Principal {
    fn from(claims: Claims) -> Self {
        let second_factor = match (claims.mfa_time, claims.mfa) {
            (Some(at), _) => SecondFactor::Given(Timestamp::from_second(at)),
            (None, true) => SecondFactor::Enrolled,
            (None, false) => SecondFactor::None,
        };
        // What a later release knows and this one does not gives nothing.
        let allowances = claims.scope.split(' ').filter_map(|text| text.parse().ok());
        Self {
            customer: claims.sub,
            shown: Shown::Session(claims.sid),
            powers: Powers {
                roles: claims.roles,
                membership: claims.staff,
                allowances: allowances.collect(),
                limited_to: None,
            },
            version: claims.ver,
            authenticated_at: Timestamp::from_second(claims.auth_time),
            second_factor,
            impersonator: claims.act,
        }
    }
}

/// Verifies tokens with the public keys of the stage.
pub struct Verifier {
    keys: Vec<(String, DecodingKey)>,
    validation: Validation,
    issuer: String,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier")
    }
}

impl Verifier {
    /// With a JWKS (RFC 7517) and the issuer whose tokens are good.
    pub fn new(jwks: &str, issuer: &str) -> Result<Self, Problem> {
        let set: JwkSet = serde_json::from_str(jwks).map_err(Problem::internal)?;
        let read = |jwk: &Jwk| {
            let id = jwk
                .common
                .key_id
                .clone()
                .ok_or_else(|| Problem::internal("a JWK has no kid"))?;
            Ok((id, DecodingKey::from_jwk(jwk).map_err(Problem::internal)?))
        };
        let keys = set.keys.iter().map(read).collect::<Result<_, Problem>>()?;
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[issuer]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        // The times are checked below, by the clock that is passed in.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Ok(Self {
            keys,
            validation,
            issuer: issuer.to_owned(),
        })
    }

    /// The principal of a valid token; `unauthenticated` for anything else, without a reason: whoever sent it
    /// should not learn how close it came.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Principal, Problem> {
        let refused = || Problem::new(Code::Unauthenticated);
        if token.len() > LONGEST {
            return Err(refused());
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| refused())?;
        let ours = header.alg == Algorithm::ES256 && header.typ.as_deref() == Some(TYPE);
        // RFC 7515 §4.1.11: what must be understood is not, whatever it is.
        if !ours || header.crit.is_some() {
            return Err(refused());
        }
        let id = header.kid.ok_or_else(refused)?;
        let (_, key) = self
            .keys
            .iter()
            .find(|(known, _)| *known == id)
            .ok_or_else(refused)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation)
            .map_err(|_| refused())?
            .claims;
        let now = now.as_second();
        let current = claims.exp > now && claims.nbf <= now.saturating_add(LEEWAY);
        if !current || claims.iss != self.issuer || claims.aud != AUDIENCE {
            return Err(refused());
        }
        Ok(claims.into())
    }
}

/// The secret that [`Signer`] is made of, as it lies in Secrets Manager.
#[derive(Serialize, Deserialize)]
struct SigningKey {
    kid: String,
    /// PKCS#8 in DER, base64 (RFC 5208).
    pkcs8: String,
}

/// Signs tokens: for the functions that log in and refresh.
pub struct Signer {
    key: EncodingKey,
    header: Header,
    issuer: String,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer")
    }
}

impl Signer {
    /// With the stage's secret: `{"kid": "…", "pkcs8": "<base64>"}`.
    pub fn new(secret: &str, issuer: &str) -> Result<Self, Problem> {
        // The secret's own text must not get into an error, so none is passed on.
        let unreadable = || Problem::internal("the signing key cannot be read");
        let secret: SigningKey = serde_json::from_str(secret).map_err(|_| unreadable())?;
        let der = STANDARD.decode(&secret.pkcs8).map_err(|_| unreadable())?;
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(secret.kid);
        header.typ = Some(TYPE.to_owned());
        Ok(Self {
            key: EncodingKey::from_ec_der(&der),
            header,
            issuer: issuer.to_owned(),
        })
    }

    /// An access token for a principal, valid from now for `seconds`.
    pub fn sign(
        &self,
        principal: &Principal,
        now: Timestamp,
        seconds: u32,
    ) -> Result<String, Problem> {
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: principal.customer,
            sid: principal.session()?,
            roles: principal.powers.roles.clone(),
            staff: principal.powers.membership,
            scope: principal.allowances(),
            amr: match principal.second_factor {
                SecondFactor::Given(_) => ["pwd", "otp", "mfa"].map(str::to_owned).to_vec(),
                _ => vec!["pwd".to_owned()],
            },
            mfa: principal.second_factor != SecondFactor::None,
            mfa_time: match principal.second_factor {
                SecondFactor::Given(at) => Some(at.as_second()),
                _ => None,
            },
            act: principal.impersonator.clone(),
            auth_time: principal.authenticated_at.as_second(),
            ver: principal.version,
            iat: now.as_second(),
            nbf: now.as_second(),
            exp: now.as_second() + i64::from(seconds),
        };
        jsonwebtoken::encode(&self.header, &claims, &self.key).map_err(Problem::internal)
    }
}
