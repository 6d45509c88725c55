//! The audit logs of all services, as the functions read them.

use contracts::Actor;
use dynamo::audit::{AuditLog, Entry, Filter};
use futures_util::future::try_join_all;
use kernel::{Code, Page, Problem, Timestamp, page::Limit};
use lambda::{Platform, http::Incoming};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::listing::{Position, page};

/// Which entries.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    /// Those of this actor: a customer's id, `guest`, or the name of a function.
    actor: Option<String>,
    /// What was done to this: an order's id, a customer's, …
    subject: Option<String>,
    /// Where this was done: `order.place`.
    action: Option<String>,
    /// Those of this service.
    service: Option<String>,
    /// Not before this time.
    from: Option<Timestamp>,
    /// Not after this time.
    to: Option<Timestamp>,
    /// How many at most: 1 to 100, 20 unless told.
    #[serde(default)]
    limit: Limit,
    /// Where to go on: `next_cursor` of the page before. A page may be short and still have more to come.
    cursor: Option<String>,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "AuditEntry")]
pub struct AuditEntryView {
    /// The service that did it.
    pub service: String,
    /// Its place in the service's log, from 1.
    pub number: u64,
    /// When it was done.
    pub at: Timestamp,
    /// By which function.
    pub function: String,
    /// What: `order.place`.
    pub action: String,
    /// By whom.
    pub actor: Actor,
    /// To what: an id.
    pub subject: String,
    /// SHA-256 of what it replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// SHA-256 of what it wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The request or chain of events that it belongs to.
    pub correlation_id: String,
    /// SHA-256 of the key of the command record that it comes from.
    pub record: String,
    /// The hash of the entry before it in the service's log.
    pub prev: String,
    /// Its own hash.
    pub hash: String,
}

impl From<Entry> for AuditEntryView {
    fn from(entry: Entry) -> Self {
        Self {
            service: entry.service,
            number: entry.number,
            at: entry.at,
            function: entry.function,
            action: entry.action,
            actor: entry.actor,
            subject: entry.subject,
            before: entry.before,
            after: entry.after,
            correlation_id: entry.correlation_id,
            record: entry.record,
            prev: entry.prev,
            hash: entry.hash,
        }
    }
}

/// The audit logs of all services.
#[derive(Debug)]
pub struct Audit {
    logs: Vec<AuditLog>,
}

impl Audit {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Self::open(platform)
    }

    pub(crate) fn open(platform: &'static Platform) -> Result<Self, Problem> {
        let services = platform.setting("AUDITED_SERVICES")?.split(',');
        let logs = services.map(|service| platform.audit_log(service));
        Ok(Self {
            logs: logs.collect(),
        })
    }

    /// All logs.
    pub(crate) fn all(&self) -> &[AuditLog] {
        &self.logs
    }

    /// The logs that a request is about: all, or that of the service it names.
    ///
    /// # Errors
    /// `invalid_parameter` when there is no such service.
    pub(crate) fn of(&self, service: Option<&str>) -> Result<Vec<&AuditLog>, Problem> {
        let Some(service) = service else {
            return Ok(self.logs.iter().collect());
        };
        let found = self.logs.iter().find(|log| log.service() == service);
        let unknown = || {
            let services: Vec<&str> = self.logs.iter().map(AuditLog::service).collect();
            let detail = format!("A `service` is one of {}.", services.join(", "));
            Problem::new(Code::InvalidParameter).detail(detail)
        };
        Ok(vec![found.ok_or_else(unknown)?])
    }

    /// One page of what a request asks for, the latest first.
    ///
    /// # Errors
    /// `invalid_parameter`, `invalid_cursor`.
    pub async fn list(
        &self,
        query: &AuditQuery,
        request: &Incoming,
    ) -> Result<Page<AuditEntryView>, Problem> {
        let logs = self.of(query.service.as_deref())?;
        let filter = Filter {
            actor: query.actor.clone(),
            subject: query.subject.clone(),
            action: query.action.clone(),
            from: query.from,
            to: query.to,
        };
        let cursors = request.platform.cursors()?;
        let scope = format!("audit {:?} {filter:?}", query.service);
        let cursor = query.cursor.as_deref();
        let after: Option<Position> = cursor
            .map(|cursor| cursors.open(&scope, cursor))
            .transpose()?;

        let limit = query.limit.get();
        let filter = &filter;
        let found = try_join_all(logs.iter().map(|log| {
            let below = after.as_ref().map(|after| after.below_in(log.service()));
            async move {
                let found = log.latest(filter, below, limit).await?;
                Ok::<_, Problem>((log.service().to_owned(), found))
            }
        }));
        let (entries, next) = page(found.await?, limit);
        let next = next.map(|position| cursors.seal(&scope, &position));
        let entries = entries.into_iter().map(AuditEntryView::from).collect();
        Ok(Page::new(entries, next.transpose()?))
    }
}
