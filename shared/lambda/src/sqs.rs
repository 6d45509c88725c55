//! What all functions on a queue share: batches that fail in part, patience between tries, and what becomes of
//! a message that can never succeed. Not generic.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use dynamo::{Intent, Pending};
use kernel::Problem;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    aws::Sqs,
    contention::{self, jitter},
    log::{self, Facts},
    platform::Platform,
    runtime::{EventHandler, Running},
};

/// A message that can be worked on: what it is, and what to do once.
pub(crate) struct Message {
    pub(crate) body: Value,
    pub(crate) id: String,
    /// When the invocation ends, in milliseconds since 1970.
    pub(crate) deadline: i64,
}

/// Why a message can never be worked on.
#[derive(Debug)]
pub(crate) struct Poison(pub(crate) String);

/// Works on one message. The outer error is for a message that cannot be read.
pub(crate) type Worker = Box<dyn Fn(&Message) -> Result<Task, Poison> + Send + Sync>;

/// A message that has been read: who it is about and what is to be done, as often as it takes.
pub(crate) struct Task {
    /// For the log: the event's type, or the queue's name.
    pub(crate) subject: String,
    pub(crate) intent: Intent,
    pub(crate) run: Box<dyn Fn() -> Pending<'static, Result<(), Problem>> + Send + Sync>,
}

struct Edge {
    platform: &'static Platform,
    worker: Worker,
    sqs: Sqs,
    cold: AtomicBool,
}

#[derive(Deserialize)]
struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    message_id: String,
    receipt_handle: Option<String>,
    body: Option<String>,
    #[serde(default)]
    attributes: HashMap<String, String>,
}

pub(crate) fn start(platform: &'static Platform, worker: Worker) -> Running {
    let edge: &'static Edge = Box::leak(Box::new(Edge {
        platform,
        worker,
        sqs: Sqs::connect(&platform.connection),
        cold: AtomicBool::new(true),
    }));
    let handle: EventHandler = Box::new(move |payload, deadline| edge.answer(payload, deadline));
    Running::Event(handle)
}

impl Edge {
    fn answer(
        &'static self,
        payload: Value,
        deadline: i64,
    ) -> Pending<'static, Result<Value, Problem>> {
        Box::pin(async move {
            let batch: Batch = serde_json::from_value(payload)
                .inspect_err(|error| tracing::error!(%error, "this is no batch"))
                .map_err(Problem::internal)?;
            let mut failures = Vec::new();
            for record in batch.records {
                let id = record.message_id.clone();
                if !self.take(record, deadline).await {
                    failures.push(json!({ "itemIdentifier": id }));
                }
            }
            Ok(json!({ "batchItemFailures": failures }))
        })
    }

    /// Whether the message is done with: worked on, or laid aside for good.
    async fn take(&self, record: Record, deadline: i64) -> bool {
        let started = self.platform.clock.now();
        let mut facts = Facts {
            request_id: record.message_id.clone(),
            subject: "unreadable".into(),
            actor: "nobody".to_owned(),
            cold_start: self.cold.swap(false, Ordering::Relaxed),
            status: 200,
            ..Facts::default()
        };
        let outcome = self.work(&record, deadline, &mut facts).await;
        let done = match outcome {
            Ok(()) => true,
            Err(problem) => {
                facts.status = problem.code().status();
                facts.error_code = Some(problem.code().name());
                facts.cause = Some(problem.causes());
                // Our own trouble passes; what the message itself is refused for stays.
                if problem.is_ours() || problem.is_contention() {
                    self.delay(&record).await;
                    false
                } else {
                    self.lay_aside(&record, &problem.to_string()).await
                }
            }
        };
        let took = self.platform.clock.now().since(started);
        facts.duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        log::invocation(self.platform, &facts);
        done
    }

    async fn work(&self, record: &Record, deadline: i64, facts: &mut Facts) -> Result<(), Problem> {
        let body = record.body.as_deref().unwrap_or_default();
        let unreadable =
            |reason: String| Problem::new(kernel::Code::ValidationFailed).detail(reason);
        let body = serde_json::from_str(body).map_err(|_| unreadable("not JSON".to_owned()))?;
        let message = Message {
            body,
            id: record.message_id.clone(),
            deadline,
        };
        let task = (self.worker)(&message).map_err(|Poison(reason)| unreadable(reason))?;
        facts.subject = task.subject.clone().into();
        facts.correlation_id.clone_from(&task.intent.correlation_id);
        facts.actor.clone_from(&task.intent.actor.id);
        contention::decide(self.platform, &*task.run).await
    }

    /// Makes the message visible again after 1, 2, 4 … seconds with jitter, rather than after the queue's own
    /// visibility, which is long because it is there for crashes.
    async fn delay(&self, record: &Record) {
        let (Some(queue), Some(receipt)) = (
            self.platform.optional("QUEUE_URL"),
            record.receipt_handle.as_deref(),
        ) else {
            return;
        };
        let received: u32 = record
            .attributes
            .get("ApproximateReceiveCount")
            .and_then(|count| count.parse().ok())
            .unwrap_or(1);
        let seconds = 1_u64 << received.saturating_sub(1).min(6);
        let wait = jitter(self.platform, seconds * 2_000).as_secs().max(1);
        // If this fails, the message comes back all the same, only later.
        if let Err(problem) = self.sqs.change_visibility(queue, receipt, wait).await {
            tracing::warn!(cause = %problem.causes(), "a message's visibility was not changed");
        }
    }

    /// Sends a message that can never succeed to the dead letters, with the reason.
    async fn lay_aside(&self, record: &Record, reason: &str) -> bool {
        // Without a dead-letter queue SQS's own redrive must do.
        let Some(queue) = self.platform.optional("DLQ_URL") else {
            return false;
        };
        let body = record.body.clone().unwrap_or_default();
        let event_id = serde_json::from_str::<Value>(&body)
            .ok()
            .and_then(|body| {
                body.pointer("/detail/metadata/id")?
                    .as_str()
                    .map(attribute)
                    .filter(|id| !id.is_empty())
            })
            .unwrap_or_else(|| record.message_id.clone());
        let reason = attribute(reason);
        let attributes = [
            ("reason", reason.as_str()),
            ("function", self.platform.function()),
            ("event_id", &event_id),
        ];
        match self.sqs.send(queue, body, &attributes).await {
            Ok(()) => true,
            Err(problem) => {
                tracing::error!(cause = %problem.causes(), "a dead letter was not sent");
                false
            }
        }
    }
}

/// Text as a message's attribute: SQS takes no control characters there, and a reason may repeat what a
/// message says.
fn attribute(text: &str) -> String {
    let plain = |c: char| {
        if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') {
            ' '
        } else {
            c
        }
    };
    text.chars().map(plain).take(500).collect()
}

/// How long until a deadline, by the platform's clock.
pub(crate) fn remaining(platform: &Platform, deadline: i64) -> Duration {
    let left = deadline.saturating_sub(platform.clock.now().as_millisecond());
    Duration::from_millis(u64::try_from(left).unwrap_or(0))
}
