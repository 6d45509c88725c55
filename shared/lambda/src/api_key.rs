//! API keys at the edge: whose key it is, whether it is good, and what it may do now.
//!
//! Both are read from the customer service's views: the keys of the account, and what the account may do. Each process
//! keeps what it has read for [`FRESH`], by the account, so that most requests of a busy machine cost no call, and what
//! is blocked, taken away, rotated or revoked is out everywhere within a minute (docs/decisions/0024).

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use contracts::{
    ApiKey, api_key,
    views::{AccountKeys, AccountPowers, ApiKeyUse, View},
};
use dynamo::{Db, Key, Uses};
use kernel::{ApiKeyId, Code, CustomerId, Problem, Timestamp};

use crate::token::Principal;

/// What was read of an account is good for so long.
const FRESH: Duration = Duration::from_secs(20);
/// And for so long where it cannot be read anew.
const STALE: Duration = Duration::from_mins(1);
/// And for so long where it does not know a key, which may have been made since.
const UNKNOWN_FOR: Duration = Duration::from_secs(2);
/// Of so many accounts at most a process keeps what it has read: who makes up keys fills no memory.
const MOST: usize = 256;
/// So long at most a request waits until the use of its key is kept.
const PATIENCE: Duration = Duration::from_millis(300);

/// The keys that this process knows.
pub(crate) struct ApiKeys {
    db: Db,
    uses: Uses,
    known: Mutex<HashMap<CustomerId, Arc<Known>>>,
    /// When the use of a key was last kept.
    noted: Mutex<HashMap<ApiKeyId, Timestamp>>,
}

/// What is known of an account.
struct Known {
    read_at: Timestamp,
    keys: Option<AccountKeys>,
    account: Option<AccountPowers>,
}

/// Whether this is an API key, and no access token.
pub(crate) fn is_key(token: &str) -> bool {
    token.starts_with(api_key::PREFIX)
}

/// Whether it is put together as a key is, good or not.
pub(crate) fn has_form(token: &str) -> bool {
    ApiKey::read(token).is_some()
}

impl ApiKeys {
    pub(crate) fn new(db: &Db) -> Self {
        Self {
            db: db.clone(),
            uses: Uses::new(db, ApiKeyUse::OWNER, ApiKeyUse::TABLE),
            known: Mutex::default(),
            noted: Mutex::default(),
        }
    }

    /// Who calls with this key from this address.
    ///
    /// # Errors
    /// `unauthenticated` for anything but a good key from where it may be used, without a reason: whoever has found a
    /// key should not learn from where it is good. `unavailable` when that cannot be found out.
    pub(crate) async fn principal(
        &self,
        text: &str,
        from: &str,
        now: Timestamp,
    ) -> Result<Principal, Problem> {
        let refused = Code::Unauthenticated;
        // What is no key is refused before anybody is asked.
        let sent = ApiKey::read(text).ok_or(refused)?;
        let (customer, from) = (sent.customer(), from.parse().ok());
        let known = self.known(customer, FRESH, now).await?;
        if let Some(caller) = known.admit(&sent, from, now) {
            return Ok(caller);
        }
        let known = self.known(customer, UNKNOWN_FOR, now).await?;
        Ok(known.admit(&sent, from, now).ok_or(refused)?)
    }

    /// What is known of an account, read anew if it is older than `fresh`.
    async fn known(
        &self,
        customer: CustomerId,
        fresh: Duration,
        now: Timestamp,
    ) -> Result<Arc<Known>, Problem> {
        let before = locked(&self.known).get(&customer).cloned();
        let age = before.as_ref().map(|known| now.since(known.read_at));
        if let (Some(known), Some(age)) = (&before, age)
            && age <= fresh
        {
            return Ok(Arc::clone(known));
        }
        let read = self
            .db
            .two_views::<AccountKeys, AccountPowers>((&customer, &customer));
        match (read.await, before) {
            (Ok((keys, account)), _) => {
                let known = Arc::new(Known {
                    read_at: now,
                    keys,
                    account,
                });
                self.keep(customer, &known, now);
                Ok(known)
            }
            (Err(problem), Some(known)) if now.since(known.read_at) <= STALE => {
                tracing::warn!(cause = %problem.causes(), "API keys were not read");
                Ok(known)
            }
            (Err(problem), _) => Err(problem),
        }
    }

    fn keep(&self, customer: CustomerId, read: &Arc<Known>, now: Timestamp) {
        let mut known = locked(&self.known);
        if known.len() >= MOST {
            known.retain(|_, other| now.since(other.read_at) <= FRESH);
        }
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(customer, Arc::clone(read));
    }

    /// Keeps that a key is used, at most once an hour. Nothing depends on it: what fails is left.
    pub(crate) async fn note(&self, caller: &Principal, now: Timestamp) {
        let Some(key) = caller.api_key() else {
            return;
        };
        if !self.is_due(key, now) {
            return;
        }
        let (pk, sk) = ApiKeyUse::key(&(caller.customer, key));
        let place = Key::new(pk, sk);
        let noted = self.uses.note(&place, now, ApiKeyUse::EVERY);
        match tokio::time::timeout(PATIENCE, noted).await {
            Ok(Ok(())) => {}
            Ok(Err(problem)) => {
                tracing::warn!(cause = %problem.causes(), "the use of an API key was not kept");
            }
            Err(_) => tracing::warn!("the use of an API key was not kept in time"),
        }
    }

    /// Whether the last use that this process knows of is an hour ago; from now on it is not.
    fn is_due(&self, key: ApiKeyId, now: Timestamp) -> bool {
        let mut noted = locked(&self.noted);
        let last = noted.get(&key);
        if last.is_some_and(|at| now.since(*at) < ApiKeyUse::EVERY) {
            return false;
        }
        if noted.len() >= MOST {
            noted.clear();
        }
        noted.insert(key, now);
        true
    }
}

impl Known {
    /// Who calls, if the key is one of the account's and good, and the account can be used: with what both the key and
    /// the account allow.
    fn admit(&self, sent: &ApiKey, from: Option<IpAddr>, now: Timestamp) -> Option<Principal> {
        let (keys, account) = (self.keys.as_ref()?, self.account.as_ref()?);
        let ended = account.logged_out_at;
        let mut keys = keys.keys.iter();
        let key = keys.find(|key| key.admits(sent, from, ended, now))?;
        let powers = account.powers()?.limited_to(key.allowances.clone());
        Some(Principal::by_key(
            sent.customer(),
            key.api_key_id,
            powers,
            now,
        ))
    }
}

/// Nothing panics while it holds one of these, and what they hold is whole at any time.
fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
