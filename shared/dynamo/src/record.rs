//! The command record: idempotency record, outbox row, audit row and a consumer's `once` in a single item.

use std::time::Duration;

use contracts::Actor;
use kernel::{Problem, Reply, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    audit::Told,
    command::hex,
    db::Attributes,
    item::{Item, Key},
};

/// A request's record replays its reply for 24 hours; it stays a day longer, so that clean-up is never early.
pub(crate) const REPLAYED_FOR: Duration = Duration::from_hours(24);
const REQUEST_KEPT_FOR: Duration = Duration::from_hours(48);
/// An event's record outlives every dead-letter queue (14 days) and every replay of an archive (30 days).
const EVENT_KEPT_FOR: Duration = Duration::from_hours(35 * 24);
/// What a reply may have, so that its record stays well under DynamoDB's 400 kB an item.
pub(crate) const LARGEST_REPLY: usize = 256 * 1024;

/// What one command has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct CommandRecord {
    pub(crate) scope: String,
    pub(crate) key: String,
    /// SHA-256 of the request; none for an event, whose id says all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) request_hash: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reply: Option<StoredReply>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) events: Vec<OutboxEvent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) audit: Option<AuditEntry>,
    pub(crate) at: Timestamp,
}

/// One event to publish: its envelope as JSON, so that the relay passes it on without reading it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboxEvent {
    /// The detail-type.
    pub r#type: String,
    /// The envelope.
    pub detail: String,
}

/// Who did what to what: references and digests, no values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Who.
    pub actor: Actor,
    /// Did what: `order.place`.
    pub action: String,
    /// To what: an id.
    pub subject: String,
    /// SHA-256 of what the command replaced, where it replaced something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// SHA-256 of what it wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The request or event chain that it belongs to.
    pub correlation_id: String,
}

/// A reply as it is kept for its replay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredReply {
    status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    /// All bodies of ours are text.
    body: String,
}

impl StoredReply {
    pub(crate) fn of<T>(reply: &Reply<T>) -> Result<Self, Problem> {
        if reply.body.len() > LARGEST_REPLY {
            return Err(Problem::internal(
                "a reply is too large to be kept for its replay",
            ));
        }
        Ok(Self {
            status: reply.status,
            location: reply.location.clone(),
            etag: reply.etag.clone(),
            content_type: reply.content_type.clone(),
            body: String::from_utf8(reply.body.clone()).map_err(Problem::internal)?,
        })
    }

    pub(crate) fn replay<T>(self) -> Reply<T> {
        let mut reply = Reply::from_parts(
            self.status,
            self.content_type.as_deref(),
            self.body.into_bytes(),
        );
        reply.location = self.location;
        reply.etag = self.etag;
        reply.replayed = true;
        reply
    }
}

impl CommandRecord {
    pub(crate) fn key_of(scope: &str, key: &str) -> Key {
        Key::new(format!("cmd#{scope}#{key}"), "cmd")
    }

    /// SHA-256 of its key: what the audit log knows it by.
    fn digest(&self) -> String {
        digest(&self.key().pk)
    }
}

impl Item for CommandRecord {
    const KIND: &'static str = "command";

    fn key(&self) -> Key {
        Self::key_of(&self.scope, &self.key)
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        let Some(_) = &self.audit else {
            return Vec::new();
        };
        let (span, sort) = (Waiting::span(self.at), self.digest());
        vec![("by-time", span, format!("{sort}#{}", self.at))]
    }

    fn expires_at(&self) -> Option<Timestamp> {
        let kept = if self.request_hash.is_some() {
            REQUEST_KEPT_FOR
        } else {
            EVENT_KEPT_FOR
        };
        Some(self.at.plus(kept))
    }
}

/// SHA-256 of the key of a command record, in hexadecimal digits: what the audit log knows it by.
pub fn digest(key: &str) -> String {
    hex(&Sha256::digest(key))
}

/// How command records are found that should be in the audit log by now: by the ten minutes that they were
/// written in. The index has their keys alone, and only of those that have something to tell.
pub(crate) struct Waiting;

impl Waiting {
    /// Seconds that one partition of the index spans.
    const SPAN: i64 = 600;
    /// A record older than this is in the log, or something is wrong.
    const PATIENCE: Duration = Duration::from_mins(1);

    fn span(at: Timestamp) -> String {
        let start = at.as_second() / Self::SPAN * Self::SPAN;
        format!("span#{}", Timestamp::from_second(start))
    }

    /// The spans that are looked at: the present one and the one before.
    pub(crate) fn spans(now: Timestamp) -> [String; 2] {
        let before = now.minus(Duration::from_mins(10));
        [Self::span(before), Self::span(now)]
    }
}

/// The digest of a record, as the index shows it, that is old enough to be in the audit log.
pub(crate) fn waiting(item: &Attributes, now: Timestamp) -> Option<String> {
    let sort = item.get("by_time_sk")?.as_s().ok()?;
    let (record, at) = sort.split_once('#')?;
    let at: Timestamp = at.parse().ok()?;
    (now.since(at) >= Waiting::PATIENCE).then(|| record.to_owned())
}

/// What a command record has for the world outside its service.
#[derive(Debug, Clone, PartialEq)]
pub struct Outbox {
    /// What is to be published, in order.
    pub events: Vec<OutboxEvent>,
    /// What the audit log says of the command, where it says something.
    pub told: Option<Told>,
}

/// Reads a command record as it comes out of a stream, for the relay; `None` for what is no command record.
pub fn outbox(image: serde_dynamo::Item) -> Result<Option<Outbox>, Problem> {
    let is_record = matches!(
        image.get("kind"),
        Some(serde_dynamo::AttributeValue::S(kind)) if kind == CommandRecord::KIND
    );
    if !is_record {
        return Ok(None);
    }
    let record: CommandRecord = serde_dynamo::from_item(image).map_err(Problem::internal)?;
    let digest = record.digest();
    // `cus_…:place-order`: who asked, and the function.
    let function = record.scope.rsplit(':').next().unwrap_or_default();
    let told = record.audit.map(|audit| Told {
        at: record.at,
        function: function.to_owned(),
        record: digest,
        audit,
    });
    Ok(Some(Outbox {
        events: record.events,
        told,
    }))
}
