//! What customers do by a link in a mail: which token is good, for whom, for what and until when.
//!
//! There is one good token a customer and purpose: the next one takes the place of the one before. It is spent by
//! being removed, in the command that does what it is good for, so that of many at once one succeeds.

use std::time::Duration;

use contracts::one_time::{OneTimeToken, Purpose, TokenKey};
use dynamo::{Item, Key, Stored};
use kernel::{Code, CustomerId, Ids, Problem, Timestamp, TokenId};
use lambda::{Platform, aws::Secrets, http::Incoming};
use serde::{Deserialize, Serialize};

use crate::{Accounts, Customer, Device, EmailAddress, Status, device_of};

/// How many mails of a kind a customer can have sent in a window: an address may be another's.
const MAILS: u32 = 5;
/// How long a window is, from its first mail. No token is good for less, so the count outlives it.
const WINDOW: Duration = Duration::from_hours(1);

/// How long a token is good. NIST SP 800-63B §3.1.3.2 has a day for what an address is verified with; a mail of
/// the first day is often read on the second. One that takes over an account is good for as long as its owner
/// waits for it.
fn lifetime(purpose: Purpose) -> Duration {
    match purpose {
        Purpose::VerifyEmail => Duration::from_hours(72),
        Purpose::ChangeEmail => Duration::from_hours(24),
        Purpose::ResetPassword | Purpose::ReopenAccount => WINDOW,
        // The seller service has its own (its `Invitation`), and admins' are no tokens of an account (`AdminInvitation`):
        // none of these is made here.
        Purpose::AcceptInvitation | Purpose::AcceptAdminInvitation => Duration::ZERO,
    }
}

/// The token of a customer for a purpose, as far as it may be known.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OneTime {
    /// Which token is good.
    pub token_id: TokenId,
    /// Whose.
    pub customer_id: CustomerId,
    /// For what.
    pub purpose: Purpose,
    /// Which address the account had then: at another, the token is worth nothing.
    email_digest: String,
    /// Until when.
    pub expires: Timestamp,
    /// Since when mails are counted.
    since: Timestamp,
    /// How many there were.
    mails: u32,
}

impl OneTime {
    /// The next token of a customer, after `before`: refused with 429 where enough were mailed.
    pub fn next(
        before: Option<&Self>,
        customer: &Customer,
        purpose: Purpose,
        now: Timestamp,
        ids: &Ids,
    ) -> Result<Self, Problem> {
        let (since, mails) = match before {
            Some(before) if now < before.since.plus(WINDOW) => (before.since, before.mails + 1),
            _ => (now, 1),
        };
        if mails > MAILS {
            return Err(Problem::too_many_requests(since.plus(WINDOW).since(now)));
        }
        Ok(Self {
            since,
            mails,
            ..Self::of_nobody(
                customer.customer_id,
                customer.email.expose(),
                purpose,
                now,
                ids,
            )
        })
    }

    /// One that nobody gets, for an address without an account.
    pub fn of_nobody(
        customer_id: CustomerId,
        email: &EmailAddress,
        purpose: Purpose,
        now: Timestamp,
        ids: &Ids,
    ) -> Self {
        Self {
            token_id: ids.fresh(now),
            customer_id,
            purpose,
            email_digest: email.digest(),
            expires: now.plus(lifetime(purpose)),
            since: now,
            mails: 1,
        }
    }

    /// The same, good until another time.
    pub fn until(self, expires: Timestamp) -> Self {
        Self { expires, ..self }
    }

    /// Whether this token is the good one, for a customer as it is now.
    pub fn is(&self, token: &OneTimeToken, customer: &Customer, now: Timestamp) -> bool {
        let status = match self.purpose {
            Purpose::ReopenAccount => Status::Closing,
            _ => Status::Active,
        };
        self.token_id == token.id()
            && now < self.expires
            && self.email_digest == customer.email.expose().digest()
            && customer.status == status
    }

    /// Whether a new password ends it: a mail that was asked for with the old one, or because it was lost, must
    /// not take the account over.
    fn ends_with_password(&self) -> bool {
        matches!(self.purpose, Purpose::ChangeEmail | Purpose::ResetPassword)
    }

    /// Where the token of a customer for a purpose is.
    pub fn place(customer: CustomerId, purpose: Purpose) -> Key {
        Key::new(format!("customer#{customer}"), purpose.name())
    }
}

impl Item for OneTime {
    const KIND: &'static str = "one-time-token";

    fn key(&self) -> Key {
        Self::place(self.customer_id, self.purpose)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires)
    }
}

/// What a good token has brought to light.
#[derive(Debug)]
pub struct Redeemed {
    /// Who acts.
    pub customer: Stored<Customer>,
    /// What is to be spent.
    pub token: Stored<OneTime>,
    /// What the browser or the app calls itself that showed the token.
    pub device: Option<Device>,
}

/// Takes the tokens of mails: the accounts, and the key that tokens are made with.
#[derive(Debug)]
pub struct Links {
    /// The accounts.
    pub accounts: Accounts,
    key: TokenKey,
}

impl Links {
    /// The token of an invitation to become an admin, as it was sent.
    ///
    /// # Errors
    /// `invalid_token` for what we have not made.
    pub fn admin_invitation(&self, sent: &str) -> Result<OneTimeToken, Problem> {
        OneTimeToken::read(sent)
            .filter(|token| self.key.has_made(Purpose::AcceptAdminInvitation, token))
            .ok_or_else(|| Code::InvalidToken.into())
    }

    /// Reads the key, once in the life of the process.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        let secrets = Secrets::connect(&platform.connection);
        let key = secrets.get(platform.setting("SECRET_ONE_TIME_TOKEN_KEY")?);
        Ok(Self {
            key: TokenKey::new(&key.await?)?,
            accounts: Accounts::start(platform).await?,
        })
    }

    /// Whose token this is and what it spends.
    ///
    /// # Errors
    /// `invalid_token` for one that is spent, superseded, expired, of another purpose or never was: nothing
    /// tells which.
    pub async fn redeem(
        &self,
        sent: &str,
        purpose: Purpose,
        request: &Incoming,
    ) -> Result<Redeemed, Problem> {
        let refused = Code::InvalidToken;
        let token = OneTimeToken::read(sent).filter(|token| self.key.has_made(purpose, token));
        let token = token.ok_or(refused)?;
        let found = self.accounts.tokened(token.subject(), purpose).await?;
        let (Some(stored), Some(customer)) = found else {
            return Err(refused.into());
        };
        let outgrown =
            stored.ends_with_password() && customer.has_changed_password_since(stored.updated_at);
        if outgrown || !stored.is(&token, &customer, request.now) {
            return Err(refused.into());
        }
        Ok(Redeemed {
            customer,
            token: stored,
            device: device_of(request),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second)
    }

    fn rosa() -> Customer {
        let (email, name) = ("Rosa@example.com".parse(), "Rosa Lind".parse());
        Customer::new(Ids::seeded(1).fresh(at(1)), email.unwrap(), name.unwrap())
    }

    fn next(before: Option<&OneTime>, second: i64) -> Result<OneTime, Problem> {
        let ids = Ids::seeded(u64::try_from(second).unwrap());
        OneTime::next(before, &rosa(), Purpose::ResetPassword, at(second), &ids)
    }

    #[test]
    fn a_token_takes_the_place_of_the_one_before() {
        let key = TokenKey::new("a key").unwrap();
        let made = |it: &OneTime| key.token(it.purpose, it.token_id, it.customer_id);
        let first = next(None, 10).unwrap();
        let second = next(Some(&first), 20).unwrap();
        assert_eq!(first.key(), second.key());
        assert!(second.is(&made(&second), &rosa(), at(21)));
        assert!(!second.is(&made(&first), &rosa(), at(21)));
    }

    #[test]
    fn a_token_ends_in_time() {
        let key = TokenKey::new("a key").unwrap();
        let reset = next(None, 0).unwrap();
        let token = key.token(reset.purpose, reset.token_id, reset.customer_id);
        assert!(reset.is(&token, &rosa(), at(3_599)));
        assert!(!reset.is(&token, &rosa(), at(3_600)));
    }

    #[test]
    fn a_token_is_for_the_account_as_it_was() {
        let key = TokenKey::new("a key").unwrap();
        let reset = next(None, 0).unwrap();
        let token = key.token(reset.purpose, reset.token_id, reset.customer_id);
        let elsewhere = rosa().with_email("lind@example.com".parse().unwrap(), at(1));
        let blocked = rosa().blocked("Fraud.".parse().unwrap(), at(1));
        let closing = rosa().closing(at(99), at(1)).unwrap();
        for changed in [elsewhere, blocked, closing] {
            assert!(!reset.is(&token, &changed, at(2)));
        }
    }

    #[test]
    fn five_mails_an_hour_are_sent_and_no_more() {
        let mut last = None;
        for second in 0..5 {
            last = Some(next(last.as_ref(), second).unwrap());
        }
        let refused = next(last.as_ref(), 600).unwrap_err();
        assert_eq!(refused.code(), Code::TooManyRequests);
        assert_eq!(refused.retry_after(), Some(3_000));
        assert!(next(last.as_ref(), 3_600).is_ok());
    }
}
