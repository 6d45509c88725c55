//! Tokens that are good by their own word and are no longer: whoever logs out, is blocked, or gets other roles or
//! another password must not go on with an old token for the rest of its minutes.
//!
//! Each process keeps the list of what was revoked lately and reads what is new, one query, when a request with a
//! token finds its list older than [`FRESH`]. Most requests find it fresh, so that checking costs them nothing. A
//! list that could not be read for [`STALE`] is good for nothing: who was revoked when is then not known
//! (docs/decisions/0020).

use std::{sync::Mutex, time::Duration};

use contracts::views::Revocation;
use dynamo::{Db, Query};
use kernel::{Problem, Timestamp};

use crate::token::Principal;

/// As long as its list is no older than this, a request is judged by it as it is.
const FRESH: Duration = Duration::from_secs(20);
/// What was revoked takes effect everywhere within this.
const STALE: Duration = Duration::from_mins(1);
/// Clocks differ and commits take a moment: what is new is looked for from so long before what is known.
const OVERLAP: Duration = Duration::from_secs(30);
/// No access token lives longer, so what was revoked before this is of no token that is still good.
pub const LONGEST_LIFE: Duration = Duration::from_hours(1);

/// What was revoked lately, as this process knows it.
#[derive(Debug)]
pub(crate) struct Revocations {
    db: Db,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// When it was last read.
    read_at: Option<Timestamp>,
    revoked: Vec<Revocation>,
}

impl Revocations {
    pub(crate) fn new(db: &Db) -> Self {
        Self {
            db: db.clone(),
            known: Mutex::default(),
        }
    }

    /// Refuses a principal whose token was revoked, or the log-in of whoever acts in its name.
    ///
    /// # Errors
    /// `unauthenticated` for a revoked one; `unavailable` when the list could not be read for too long.
    pub(crate) async fn check(&self, caller: &Principal, now: Timestamp) -> Result<(), Problem> {
        let session = caller.session()?;
        let age = self.with(|known| known.read_at).map(|at| now.since(at));
        if age.is_none_or(|age| age > FRESH)
            && let Err(problem) = self.read(now).await
        {
            if age.is_none_or(|age| age > STALE) {
                return Err(problem);
            }
            tracing::warn!(cause = %problem.causes(), "revocations were not read");
        }
        let refused = self.with(|known| {
            let mut revoked = known.revoked.iter();
            revoked.any(|revocation| {
                let mut log_ins = caller.rests_on(session);
                log_ins.any(|(customer, session, version)| {
                    revocation.refuses(customer, session, version)
                })
            })
        });
        if refused {
            Err(kernel::Code::Unauthenticated.into())
        } else {
            Ok(())
        }
    }

    /// Reads what is new.
    pub(crate) async fn read(&self, now: Timestamp) -> Result<(), Problem> {
        let since = match self.with(|known| known.read_at) {
            Some(at) => at.minus(OVERLAP),
            None => now.minus(LONGEST_LIFE),
        };
        let run = Query::table(Revocation::RUN)
            .after(since.to_string())
            .limit(1_000);
        let fresh: Vec<Revocation> = self.db.view_run(run).await?;
        let forgotten = now.minus(LONGEST_LIFE).to_string();
        self.with(|known| {
            known
                .revoked
                .retain(|old| old.sk < since.to_string() && old.sk > forgotten);
            known.revoked.extend(fresh);
            known.read_at = known.read_at.max(Some(now));
        });
        Ok(())
    }

    fn with<T>(&self, what: impl FnOnce(&mut Known) -> T) -> T {
        // Nothing panics while it holds the lock, and a list is a list.
        let mut known = self
            .known
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        what(&mut known)
    }
}
