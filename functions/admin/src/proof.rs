//! That a log is whole: its numbers without a gap, its hashes right, its head its last entry, its checkpoints
//! true, nothing in its lists that is not in the chain, and no command of the last minutes left out of it.

use std::{collections::HashMap, time::Duration};

use dynamo::audit::{AuditLog, Entry, Flaw, Place, log::Step};
use futures_util::future::try_join_all;
use kernel::{Clock, Problem, Timestamp};
use lambda::{Platform, http::Incoming};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    audit::Audit,
    checkpoint::{Bucket, Verifier, number_of},
};

/// Entries of one log that a request proves at most.
const MOST_PROVEN: usize = 5_000;
/// How long a request goes on, so that it answers before the gateway gives it up after thirty seconds.
const LONGEST: Duration = Duration::from_secs(12);
/// Commands of one service that are looked for in its log at most.
const MOST_LOOKED_FOR: usize = 2_000;
/// Checkpoints that are listed at once.
const CHECKPOINTS: i32 = 1_000;

/// Which logs are to be proven.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyQuery {
    /// That of this service; all of them unless told.
    pub service: Option<String>,
    /// Where to go on: `next_cursor` of the answer before.
    pub cursor: Option<String>,
}

/// What is proven of the logs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Verification {
    /// Whether nothing is wrong, as far as the logs are proven.
    pub ok: bool,
    /// Each log.
    pub services: Vec<ServiceVerification>,
    /// What to send as `cursor` to go on where this ends; absent when everything is proven.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// What is proven of one log.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ServiceVerification {
    /// The service.
    pub service: String,
    /// How many entries the log has, by its head.
    pub entries: u64,
    /// Its head: the last entry's number and hash, and when it was appended; absent of an empty log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<AuditHead>,
    /// Whether nothing is wrong, as far as it is proven.
    pub ok: bool,
    /// The number of the last entry that is proven, with all before it.
    pub verified_up_to: u64,
    /// The first thing that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_broken: Option<Broken>,
    /// How many signed checkpoints were compared so far.
    pub checkpoints_checked: u64,
    /// Commands of the last ten minutes that are over a minute old and not in the log: SHA-256 of their keys.
    pub missing: Vec<String>,
}

/// Where a log ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AuditHead {
    number: u64,
    hash: String,
    at: Timestamp,
}

/// Where a log is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Broken {
    /// The number of the entry.
    pub number: u64,
    /// `wrong_hash`, `missing_entry`, … (docs/audit.md).
    pub reason: String,
}

/// How far a log is proven; travels in the signed cursor, so that nobody says it who has not proven it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Progress {
    place: Place,
    /// How far its lists are compared: a place in them.
    listed_to: String,
    checkpoints: u64,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            place: Place::default(),
            listed_to: "0".to_owned(),
            checkpoints: 0,
        }
    }
}

/// The whole of a log in its lists: behind every time.
const END_OF_LIST: &str = "~";

/// What proves the logs.
#[derive(Debug)]
pub struct Proofs {
    audit: Audit,
    bucket: Bucket,
    verifier: Verifier,
}

/// A broken place, or a call that failed.
enum Stop {
    Broken(u64, Flaw),
    Failed(Problem),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

impl Proofs {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            audit: Audit::open(platform)?,
            bucket: Bucket::open(platform)?,
            verifier: Verifier::new(platform.setting("AUDIT_KEYS")?)?,
        })
    }

    /// Proves the logs that a request asks for, all at once, each as far as there is time.
    ///
    /// # Errors
    /// `invalid_parameter`, `invalid_cursor`.
    pub async fn verify(
        &self,
        query: &VerifyQuery,
        request: &Incoming,
    ) -> Result<Verification, Problem> {
        let logs = self.audit.of(query.service.as_deref())?;
        let cursors = request.platform.cursors()?;
        let scope = format!("audit verify {:?}", query.service);
        let cursor = query.cursor.as_deref();
        let before: HashMap<String, Progress> = cursor
            .map(|cursor| cursors.open(&scope, cursor))
            .transpose()?
            .unwrap_or_default();

        let clock = &request.platform.clock;
        let deadline = request.now.plus(LONGEST);
        let proven = try_join_all(logs.iter().map(|log| {
            let before = before.get(log.service()).cloned().unwrap_or_default();
            self.verify_one(log, before, clock, deadline)
        }));
        let mut progress = HashMap::new();
        let mut services = Vec::new();
        let mut is_done = true;
        for (service, next) in proven.await? {
            // What is broken stays so; going on behind it would prove nothing.
            is_done &= service.first_broken.is_some() || service.verified_up_to >= service.entries;
            progress.insert(service.service.clone(), next);
            services.push(service);
        }
        let next_cursor = (!is_done).then(|| cursors.seal(&scope, &progress));
        Ok(Verification {
            ok: services.iter().all(|service| service.ok),
            services,
            next_cursor: next_cursor.transpose()?,
        })
    }

    async fn verify_one(
        &self,
        log: &AuditLog,
        mut progress: Progress,
        clock: &Clock,
        deadline: Timestamp,
    ) -> Result<(ServiceVerification, Progress), Problem> {
        let head = log.head().await?;
        let end = head
            .as_ref()
            .map_or_else(Place::default, |head| head.place.clone());
        let missing = log.left_out(clock.now(), MOST_LOOKED_FOR).await?;
        let time = (clock, deadline);
        let first_broken = match self.prove(log, &end, &mut progress, time).await {
            Ok(()) => None,
            Err(Stop::Failed(problem)) => return Err(problem),
            Err(Stop::Broken(number, flaw)) => Some(Broken {
                number,
                reason: flaw.name().to_owned(),
            }),
        };
        let shown = ServiceVerification {
            service: log.service().to_owned(),
            entries: end.number,
            head: head.map(|head| AuditHead {
                number: end.number,
                hash: end.hash,
                at: head.updated_at,
            }),
            ok: first_broken.is_none() && missing.is_empty(),
            verified_up_to: progress.place.number,
            first_broken,
            checkpoints_checked: progress.checkpoints,
            missing,
        };
        Ok((shown, progress))
    }

    /// Goes on in a proof up to `end`, the head, or until there is no time left.
    async fn prove(
        &self,
        log: &AuditLog,
        end: &Place,
        progress: &mut Progress,
        (clock, deadline): (&Clock, Timestamp),
    ) -> Result<(), Stop> {
        self.nothing_signed_behind(log, end.number).await?;
        let from = progress.place.number;
        if from > end.number {
            return Err(Stop::Broken(end.number + 1, Flaw::CutTail));
        }
        let mut known: HashMap<u64, Entry> = HashMap::new();
        let mut proof = log.prove(progress.place.clone(), end.number);
        // However late it is, each request comes one step further.
        let has_time = |known: usize| known == 0 || (known < MOST_PROVEN && clock.now() < deadline);
        while !proof.is_done() && has_time(known.len()) {
            match proof.step().await? {
                Step::Proven(entries) => {
                    known.extend(entries.into_iter().map(|entry| (entry.number, entry)));
                }
                Step::Broken(number, flaw) => {
                    // What is proven before it is said to be.
                    progress.place = proof.place;
                    return Err(Stop::Broken(number, flaw));
                }
            }
        }
        let (is_done, place) = (proof.is_done(), proof.place);
        progress.checkpoints += self.checkpoints(log, from, &place, &known).await?;

        let listed_to = if is_done {
            END_OF_LIST.to_owned()
        } else {
            let latest = known.values().map(Entry::sort_key).max();
            latest.unwrap_or_default().max(progress.listed_to.clone())
        };
        let span = (progress.listed_to.as_str(), listed_to.as_str());
        if let Some(number) = log.stranger(span, &known).await? {
            return Err(Stop::Broken(number, Flaw::Unchained));
        }
        progress.listed_to = listed_to;
        progress.place = place;
        if is_done {
            self.ends_there(log, end, &progress.place).await?;
        }
        Ok(())
    }

    /// The head is the last entry, and nothing lies behind it.
    async fn ends_there(&self, log: &AuditLog, end: &Place, place: &Place) -> Result<(), Stop> {
        if end != place {
            return Err(Stop::Broken(end.number, Flaw::WrongHead));
        }
        if log.goes_on_behind(end.number).await? && !has_grown(log, end.number).await? {
            return Err(Stop::Broken(end.number + 1, Flaw::WrongHead));
        }
        Ok(())
    }

    /// No checkpoint says that the log was longer once.
    async fn nothing_signed_behind(&self, log: &AuditLog, end: u64) -> Result<(), Stop> {
        let behind = self.bucket.behind(log.service(), end, 1).await?;
        let Some(key) = behind.first() else {
            return Ok(());
        };
        let number = number_of(key).unwrap_or(end + 1);
        let bytes = self.bucket.read(key).await?;
        if self.verifier.open(&bytes).is_none() {
            return Err(Stop::Broken(number, Flaw::ForgedCheckpoint));
        }
        if has_grown(log, end).await? {
            return Ok(());
        }
        Err(Stop::Broken(end + 1, Flaw::CutTail))
    }

    /// Compares the checkpoints behind `from` with the entries that are proven; how many there were.
    async fn checkpoints(
        &self,
        log: &AuditLog,
        mut from: u64,
        to: &Place,
        known: &HashMap<u64, Entry>,
    ) -> Result<u64, Stop> {
        let mut checked = 0;
        loop {
            let keys = self.bucket.behind(log.service(), from, CHECKPOINTS).await?;
            let all = keys.len();
            for key in keys {
                let number = number_of(&key).unwrap_or(from + 1);
                if number > to.number {
                    return Ok(checked);
                }
                let bytes = self.bucket.read(&key).await?;
                let Some(checkpoint) = self.verifier.open(&bytes) else {
                    return Err(Stop::Broken(number, Flaw::ForgedCheckpoint));
                };
                let hash = known.get(&number).map(|entry| entry.hash.as_str());
                let place = checkpoint.place;
                let is_true = checkpoint.service == log.service()
                    && place.number == number
                    && Some(place.hash.as_str()) == hash;
                if !is_true {
                    return Err(Stop::Broken(number, Flaw::WrongCheckpoint));
                }
                checked += 1;
                from = number;
            }
            if all < usize::try_from(CHECKPOINTS).unwrap_or(0) {
                return Ok(checked);
            }
        }
    }
}

/// Whether a log has been appended to since its head was at `end`.
async fn has_grown(log: &AuditLog, end: u64) -> Result<bool, Problem> {
    let head = log.head().await?;
    Ok(head.is_some_and(|head| head.place.number > end))
}
