//! Logs: one JSON line a request or event, which is its metrics too (the embedded metric format), and
//! the rare line that a library or a domain fact needs.

use std::{borrow::Cow, io::Write};

use kernel::{Problem, Timestamp};
use serde::Serialize;
use serde_json::json;
use tracing_subscriber::filter::LevelFilter;

use crate::{harness, platform::Platform};

/// Writes one line of JSON.
pub(crate) fn line(value: &impl Serialize) {
    let mut bytes = Vec::with_capacity(1024);
    if serde_json::to_writer(&mut bytes, value).is_ok() {
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
    /// Who acts in the actor's name, if it is not the actor.
    pub(crate) impersonator: Option<String>,
    /// `POST /v1/orders`, or an event's type.
    pub(crate) subject: Cow<'static, str>,
    pub(crate) status: u16,
    pub(crate) duration_ms: u64,
    pub(crate) cold_start: bool,
    pub(crate) error_code: Option<&'static str>,
    /// The inner cause of what is our fault: logged here, once, and shown nowhere.
    pub(crate) cause: Option<String>,
}

/// An invocation's line. A struct, not a map: every request pays for it.
#[derive(Serialize)]
struct Line<'a> {
    level: &'static str,
    time: Timestamp,
    service: &'a str,
    function: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    stage: &'a str,
    request_id: &'a str,
    correlation_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<&'a str>,
    actor: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    impersonator: Option<&'a str>,
    route: &'a str,
    status: u16,
    duration_ms: u64,
    cold_start: bool,
    errors: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    _aws: Metrics<'a>,
}

/// Logs one invocation.
pub(crate) fn invocation(platform: &Platform, facts: &Facts) {
    let failed = facts.status >= 500;
    let now = platform.clock.now();
    line(&Line {
        level: if failed { "ERROR" } else { "INFO" },
        time: now,
        service: platform.service(),
        function: platform.function(),
        version: platform.optional("VERSION"),
        stage: platform.stage(),
        request_id: &facts.request_id,
        correlation_id: &facts.correlation_id,
        trace_id: facts.trace_id.as_deref(),
        actor: &facts.actor,
        impersonator: facts.impersonator.as_deref(),
        route: &facts.subject,
        status: facts.status,
        duration_ms: facts.duration_ms,
        cold_start: facts.cold_start,
        errors: u8::from(failed),
        error_code: facts.error_code,
        cause: facts.cause.as_deref().filter(|cause| !cause.is_empty()),
        _aws: Metrics::new(now, &[("duration_ms", "Milliseconds"), ("errors", "Count")]),
    });
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
        &Facts {
            request_id: id.to_owned(),
            correlation_id: id.to_owned(),
            actor: platform.function().to_owned(),
            subject: subject.to_owned().into(),
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
    metric(platform, (name, "Count"), number);
}

/// Says how long something took, in milliseconds, by service and function.
pub(crate) fn measure(platform: &Platform, name: &str, milliseconds: u64) {
    metric(platform, (name, "Milliseconds"), milliseconds);
}

fn metric(platform: &Platform, (name, unit): (&str, &'static str), value: u64) {
    let now = platform.clock.now();
    line(&json!({
        "level": "INFO",
        "time": now,
        "service": platform.service(),
        "function": platform.function(),
        "stage": platform.stage(),
        name: value,
        "_aws": Metrics::new(now, &[(name, unit)]),
    }));
}

/// What tells the log service which members of a line are metrics
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metrics<'a> {
    timestamp: i64,
    #[serde(rename = "CloudWatchMetrics")]
    directives: [Directive<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'static str,
    dimensions: &'static [&'static [&'static str]],
    metrics: Vec<Metric<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric<'a> {
    name: &'a str,
    unit: &'static str,
}

impl<'a> Metrics<'a> {
    fn new(now: Timestamp, metrics: &[(&'a str, &'static str)]) -> Self {
        let metric = |&(name, unit): &(&'a str, &'static str)| Metric { name, unit };
        Self {
            timestamp: now.as_millisecond(),
            directives: [Directive {
                namespace: "Souk",
                // By function to look closer, by service for the one alarm a service.
                dimensions: &[&["service"], &["service", "function"]],
                metrics: metrics.iter().map(metric).collect(),
            }],
        }
    }
}
