//! The desk that hands out tokens: the accounts, and the key that signs.

use std::time::Duration;

use dynamo::Stored;
use kernel::{Problem, SessionId, Timestamp};
use lambda::{Platform, Principal, aws::Secrets, token::Signer};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{Accounts, Customer, Devices, RefreshToken, Session};

/// Nobody acts in another's name for longer, in seconds.
const IMPERSONATION_SECONDS: u32 = 600;

/// What log-in, refresh and step-up work with. Only these functions can read the signing key.
#[derive(Debug)]
pub struct SignIn {
    /// The accounts.
    pub accounts: Accounts,
    /// How long a session lasts without being used.
    pub lifetime: Duration,
    /// The devices that have logged in before.
    pub devices: Devices,
    signer: Signer,
    access_seconds: u32,
}

impl SignIn {
    /// Reads the signing key, once in the life of the process.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        let secrets = Secrets::connect(&platform.connection);
        let key = secrets
            .get(platform.setting("SECRET_JWT_SIGNING_KEY")?)
            .await?;
        Ok(Self {
            accounts: Accounts::start(platform).await?,
            lifetime: Duration::from_secs(platform.parsed("REFRESH_TOKEN_SECONDS")?),
            devices: Devices::new(platform.setting("CURSOR_KEY")?.as_bytes())?,
            signer: Signer::new(&key, platform.setting("JWT_ISSUER")?)?,
            access_seconds: platform.parsed("ACCESS_TOKEN_SECONDS")?,
        })
    }

    /// An access token for the customer as it is now.
    pub fn access_token(
        &self,
        customer: &Stored<Customer>,
        session: &Session,
        now: Timestamp,
    ) -> Result<AccessToken, Problem> {
        let principal = Principal {
            version: customer.ver,
            second_factor: customer.second_factor(session),
            ..Principal::new(
                customer.customer_id,
                session.session_id,
                customer.powers(),
                session.authenticated_at,
            )
        };
        self.bearer(&principal, now, self.access_seconds)
    }

    /// An access token for someone who looks at the marketplace in a customer's name: short, without a refresh token,
    /// and over as soon as either of the two is logged out.
    pub fn impersonation_token(
        &self,
        customer: &Stored<Customer>,
        session: SessionId,
        by: &Principal,
        now: Timestamp,
    ) -> Result<AccessToken, Problem> {
        let principal = Principal {
            version: customer.ver,
            impersonator: Some(by.as_impersonator()?),
            ..Principal::new(customer.customer_id, session, customer.powers(), now)
        };
        let seconds = self.access_seconds.min(IMPERSONATION_SECONDS);
        self.bearer(&principal, now, seconds)
    }

    fn bearer(
        &self,
        principal: &Principal,
        now: Timestamp,
        seconds: u32,
    ) -> Result<AccessToken, Problem> {
        Ok(AccessToken {
            access_token: self.signer.sign(principal, now, seconds)?,
            token_type: TokenType::Bearer,
            expires_in: seconds,
        })
    }

    /// An access token with the refresh token for the one after.
    pub fn tokens(
        &self,
        customer: &Stored<Customer>,
        session: &Session,
        refresh: &RefreshToken,
        now: Timestamp,
    ) -> Result<Tokens, Problem> {
        Ok(Tokens {
            access: self.access_token(customer, session, now)?,
            refresh_token: refresh.reveal(),
            device_token: None,
        })
    }
}

/// What a client calls with, in the words of OAuth (RFC 6749 §5.1).
#[derive(Serialize, JsonSchema)]
pub struct AccessToken {
    /// For the `Authorization` header: `Bearer …`.
    pub access_token: String,
    /// How the access token is used.
    pub token_type: TokenType,
    /// How long the access token is good, in seconds.
    pub expires_in: u32,
}

/// What a client gets for logging in.
#[derive(Serialize, JsonSchema)]
pub struct Tokens {
    /// What it calls with.
    #[serde(flatten)]
    pub access: AccessToken,
    /// For the next tokens, once.
    pub refresh_token: String,
    /// After a log-in: what to send with the next one from this device, so that others who try to guess the
    /// password don't keep it out. Worth nothing without the password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_token: Option<String>,
}

/// How an access token is used.
#[derive(Serialize, JsonSchema)]
pub enum TokenType {
    /// Whoever bears it may use it (RFC 6750).
    Bearer,
}
