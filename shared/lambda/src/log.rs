//! Logs: one JSON line a request or event, which is its metrics too (the embedded metric format), and
//! the rare line that a library or a domain fact needs.

use std::io::Write;

use kernel::{Problem, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use tracing_subscriber::filter::LevelFilter;

use crate::{harness, platform::Platform};

/// Writes one line of JSON.
pub(crate) fn line(value: &impl Serialize) {
    if let Ok(mut bytes) = serde_json::to_vec(value) {
        bytes.push(b'\n');
        if harness::keep(&bytes) {
            return;
        }
        // Nobody is left to tell when the log itself cannot be written.
        let _ = std::io::stdout().lock().write_all(&bytes);
    }
}

/// Sends what is traced to the log, from the level that `LOG_LEVEL` says.
pub(crate) fn init(platform: &Platform) {
    let level: LevelFilter = platform
        .optional("LOG_LEVEL")
        .and_then(|level| level.parse().ok())
        .unwrap_or(LevelFilter::WARN);
    // A second call, in a test's process, leaves the first in place.
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_max_level(level)
        .try_init();
}

/// What one invocation's line says of it.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) request_id: String,
    pub(crate) correlation_id: String,
    pub(crate) trace_id: Option<String>,
    pub(crate) actor: String,
    /// `POST /v1/orders`, or an event's type.
    pub(crate) subject: String,
    pub(crate) status: u16,
    pub(crate) duration_ms: u64,
    pub(crate) cold_start: bool,
    pub(crate) error_code: Option<&'static str>,
    /// The inner cause of what is our fault: logged here, once, and shown nowhere.
    pub(crate) cause: Option<String>,
}

/// Logs one invocation.
pub(crate) fn invocation(platform: &Platform, facts: Facts) {
    let failed = facts.status >= 500;
    let level = match facts.status {
        500.. => "ERROR",
        _ => "INFO",
    };
    let now = platform.clock.now();
    let mut entry = json!({
        "level": level,
        "time": now,
        "service": platform.service(),
        "function": platform.function(),
        "version": platform.optional("VERSION"),
        "stage": platform.stage(),
        "request_id": facts.request_id,
        "correlation_id": facts.correlation_id,
        "trace_id": facts.trace_id,
        "actor": facts.actor,
        "route": facts.subject,
        "status": facts.status,
        "duration_ms": facts.duration_ms,
        "cold_start": facts.cold_start,
        "errors": u8::from(failed),
        "_aws": metrics(now.as_millisecond(), &["duration_ms", "errors"]),
    });
    if let Value::Object(entry) = &mut entry {
        if let Some(code) = facts.error_code {
            entry.insert("error_code".to_owned(), code.into());
        }
        if let Some(cause) = facts.cause.filter(|cause| !cause.is_empty()) {
            entry.insert("cause".to_owned(), cause.into());
        }
        entry.retain(|_, value| !value.is_null());
    }
    line(&entry);
}

/// Logs one invocation that no request or event has caused: by the clock, or by name.
pub(crate) fn unasked(
    platform: &Platform,
    id: &str,
    subject: &str,
    started: Timestamp,
    problem: Option<&Problem>,
) {
    let took = platform.clock.now().since(started);
    invocation(
        platform,
        Facts {
            request_id: id.to_owned(),
            correlation_id: id.to_owned(),
            actor: platform.function().to_owned(),
            subject: subject.to_owned(),
            status: problem.map_or(200, |problem| problem.code().status()),
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            error_code: problem.map(|problem| problem.code().name()),
            cause: problem.map(Problem::causes),
            ..Facts::default()
        },
    );
}

/// Counts something that happened: a business metric, by service and function.
pub(crate) fn count(platform: &Platform, name: &str, number: u64) {
    let now = platform.clock.now();
    line(&json!({
        "level": "INFO",
        "time": now,
        "service": platform.service(),
        "function": platform.function(),
        "stage": platform.stage(),
        name: number,
        "_aws": metrics(now.as_millisecond(), &[name]),
    }));
}

/// What tells the log service which members of a line are metrics
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).
fn metrics(millis: i64, names: &[&str]) -> Value {
    let unit = |name: &str| {
        if name.ends_with("_ms") {
            "Milliseconds"
        } else {
            "Count"
        }
    };
    let metrics: Vec<Value> = names
        .iter()
        .map(|name| json!({ "Name": name, "Unit": unit(name) }))
        .collect();
    json!({
        "Timestamp": millis,
        "CloudWatchMetrics": [{
            "Namespace": "Souk",
            // By function to look closer, by service for the one alarm a service.
            "Dimensions": [["service"], ["service", "function"]],
            "Metrics": metrics,
        }],
    })
}
