//! Alarms: one a queue of dead letters, one a service for its errors; not one a function.

use crate::manifest::Manifest;
use crate::node::{Node, attribute, reference, substitute};
use crate::{map, names};

use super::functions::queue_id;

/// Something lies in the dead letters.
pub(super) fn add_dead_letters(service: &str, queue: &str, resources: &mut Vec<(String, Node)>) {
    let id = queue_id(&format!("{queue}-dlq"));
    let name = names::of(service, &format!("{queue}-dlq"));
    let dimension = map! { "Name" => "QueueName", "Value" => attribute(&id, "QueueName") };
    let about = format!("A message of {service}'s {queue} could not be handled.");
    let metric = ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum");
    resources.push((
        format!("{id}Alarm"),
        alarm(&name, &about, metric, dimension, 0),
    ));
}

/// A function of the service failed: answered 5xx, or could not handle what it was given.
pub(super) fn add_errors(manifest: &Manifest, resources: &mut Vec<(String, Node)>) {
    let name = names::of(&manifest.name, "errors");
    let dimension = map! { "Name" => "service", "Value" => manifest.name.as_str() };
    let about = format!("A function of {} failed.", manifest.name);
    let metric = (METRICS, ERRORS, "Sum");
    resources.push((
        "ErrorsAlarm".to_owned(),
        alarm(&name, &about, metric, dimension, 0),
    ));
}

/// A command came into the audit log more than a minute after it was carried out.
pub(super) fn add_audit_lag(manifest: &Manifest, resources: &mut Vec<(String, Node)>) {
    if !manifest.functions.values().any(|entry| entry.relay) {
        return;
    }
    let name = names::of(&manifest.name, "audit-lag");
    let dimension = map! { "Name" => "service", "Value" => manifest.name.as_str() };
    let about = format!(
        "The audit log of {} is more than a minute behind.",
        manifest.name
    );
    let metric = (METRICS, AUDIT_LAG, "Maximum");
    resources.push((
        "AuditLagAlarm".to_owned(),
        alarm(&name, &about, metric, dimension, LONGEST_AUDIT_LAG),
    ));
}

/// The namespace of the metrics that functions write to their log.
const METRICS: &str = "Souk";
/// The metric that counts failures, by service.
const ERRORS: &str = "errors";
/// The metric of how late the audit log is, by service, and the most that is right: a minute, in milliseconds.
const AUDIT_LAG: &str = "audit_lag_ms";
const LONGEST_AUDIT_LAG: u32 = 60_000;

fn alarm(
    name: &str,
    about: &str,
    metric: (&str, &str, &str),
    dimension: Node,
    threshold: u32,
) -> Node {
    let (namespace, metric, statistic) = metric;
    map! {
        "Type" => "AWS::CloudWatch::Alarm",
        "Properties" => map! {
            "AlarmName" => substitute(name),
            "AlarmDescription" => about,
            "Namespace" => namespace,
            "MetricName" => metric,
            "Dimensions" => vec![dimension],
            "Statistic" => statistic,
            "Period" => 60,
            "EvaluationPeriods" => 1,
            "Threshold" => threshold,
            "ComparisonOperator" => "GreaterThanThreshold",
            "TreatMissingData" => "notBreaching",
            "AlarmActions" => vec![reference("AlarmTopic")],
            "OKActions" => vec![reference("AlarmTopic")],
        },
    }
}
