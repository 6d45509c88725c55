//! What starts a function without anybody waiting: events and work by way of queues, the clock, the stream.

use crate::manifest::{COMMANDS, Every};
use crate::node::{Node, attribute, reference, substitute};
use crate::plan::{Planned, TRIES};
use crate::{map, names};

use super::functions::{queue_id, trust};
use super::{alarms, on_behalf};

/// Fourteen days, the longest that SQS keeps a message: a weekend and a holiday to look at it.
const KEEP_DEAD_LETTERS: u32 = 1_209_600;

/// Rule → queue with dead letters → function.
pub(super) fn add_events(
    function: &Planned<'_>,
    events: &[String],
    resources: &mut Vec<(String, Node)>,
) {
    let id = function.logical_id();
    let mut sources: Vec<&str> = events.iter().map(|event| names::publisher(event)).collect();
    sources.sort_unstable();
    sources.dedup();
    resources.push((
        format!("{id}Rule"),
        map! {
            "Type" => "AWS::Events::Rule",
            "Properties" => map! {
                "Name" => substitute(&function.deployed_name()),
                "EventBusName" => substitute(names::BUS),
                "EventPattern" => map! { "source" => sources, "detail-type" => events.to_vec() },
                "Targets" => vec![map! {
                    "Id" => "queue",
                    "Arn" => attribute(&queue_id(function.name), "Arn"),
                    "DeadLetterConfig" => map! { "Arn" => attribute(&dead_letters_id(function.name), "Arn") },
                }],
            },
        },
    ));
    // An event that cannot reach the queue goes to the dead letters: the bus may send to both.
    let rule = names::arn(
        "events",
        &format!("rule/{}/{}", names::BUS, function.deployed_name()),
    );
    add_queue(function.name, function, resources);
    add_policy(function.name, "events.amazonaws.com", &rule, resources);
    add_policy(
        &format!("{}-dlq", function.name),
        "events.amazonaws.com",
        &rule,
        resources,
    );
    add_mapping(function, function.name, resources);
}

/// A queue, its dead letters and their alarm.
pub(super) fn add_queue(queue: &str, function: &Planned<'_>, resources: &mut Vec<(String, Node)>) {
    let service = function.service();
    resources.push((
        queue_id(queue),
        map! {
            "Type" => "AWS::SQS::Queue",
            "Properties" => map! {
                "QueueName" => substitute(&names::of(service, queue)),
                "MessageRetentionPeriod" => function.keep_days() * 86_400,
                "VisibilityTimeout" => function.visibility(),
                "SqsManagedSseEnabled" => true,
                "RedrivePolicy" => map! {
                    "deadLetterTargetArn" => attribute(&dead_letters_id(queue), "Arn"),
                    "maxReceiveCount" => TRIES,
                },
            },
        },
    ));
    add_dead_letters(service, queue, resources);
}

fn dead_letters_id(queue: &str) -> String {
    queue_id(&format!("{queue}-dlq"))
}

fn add_dead_letters(service: &str, queue: &str, resources: &mut Vec<(String, Node)>) {
    let name = format!("{queue}-dlq");
    resources.push((
        queue_id(&name),
        map! {
            "Type" => "AWS::SQS::Queue",
            "Properties" => map! {
                "QueueName" => substitute(&names::of(service, &name)),
                "MessageRetentionPeriod" => KEEP_DEAD_LETTERS,
                "SqsManagedSseEnabled" => true,
            },
        },
    ));
    alarms::add_dead_letters(service, queue, resources);
}

/// Lets one source, through one AWS service, send to a queue.
pub(super) fn add_policy(
    queue: &str,
    principal: &str,
    source: &str,
    resources: &mut Vec<(String, Node)>,
) {
    let id = queue_id(queue);
    let allow = on_behalf(principal, "sqs:SendMessage", attribute(&id, "Arn"), source);
    resources.push((
        format!("{id}Policy"),
        map! {
            "Type" => "AWS::SQS::QueuePolicy",
            "Properties" => map! {
                "Queues" => vec![reference(&id)],
                "PolicyDocument" => map! { "Version" => "2012-10-17", "Statement" => vec![allow] },
            },
        },
    ));
}

/// Queue → function, a message at a time reported.
pub(super) fn add_mapping(
    function: &Planned<'_>,
    queue: &str,
    resources: &mut Vec<(String, Node)>,
) {
    let mut properties = map! {
        "FunctionName" => reference(&format!("{}.Alias", function.logical_id())),
        "EventSourceArn" => attribute(&queue_id(queue), "Arn"),
        "BatchSize" => function.batch(),
        "FunctionResponseTypes" => vec!["ReportBatchItemFailures"],
    };
    if let Some(concurrency) = function.entry.concurrency {
        properties.push(
            "ScalingConfig",
            map! { "MaximumConcurrency" => concurrency },
        );
    }
    resources.push((
        format!("{}Mapping", function.logical_id()),
        map! { "Type" => "AWS::Lambda::EventSourceMapping", "Properties" => properties },
    ));
}

/// Clock → function. A run that fails is not repeated: the next one comes by itself.
pub(super) fn add_schedule(
    function: &Planned<'_>,
    every: Every,
    resources: &mut Vec<(String, Node)>,
) {
    let id = function.logical_id();
    let alias = reference(&format!("{id}.Alias"));
    resources.push((
        format!("{id}Schedule"),
        map! {
            "Type" => "AWS::Scheduler::Schedule",
            "Properties" => map! {
                "Name" => substitute(&function.deployed_name()),
                "ScheduleExpression" => every.expression(),
                "FlexibleTimeWindow" => map! { "Mode" => "OFF" },
                "Target" => map! {
                    "Arn" => alias.clone(),
                    "RoleArn" => attribute(&format!("{id}ScheduleRole"), "Arn"),
                    "RetryPolicy" => map! { "MaximumRetryAttempts" => 0 },
                },
            },
        },
    ));
    resources.push((
        format!("{id}ScheduleRole"),
        map! {
            "Type" => "AWS::IAM::Role",
            "Properties" => map! {
                "AssumeRolePolicyDocument" => trust("scheduler.amazonaws.com"),
                "Policies" => vec![map! {
                    "PolicyName" => "invoke",
                    "PolicyDocument" => map! {
                        "Version" => "2012-10-17",
                        "Statement" => vec![map! {
                            "Effect" => "Allow",
                            "Action" => "lambda:InvokeFunction",
                            "Resource" => alias,
                        }],
                    },
                }],
            },
        },
    ));
}

/// Stream of `commands` → relay: inserts alone, from the beginning, five tries, then aside.
pub(super) fn add_relay(function: &Planned<'_>, resources: &mut Vec<(String, Node)>) {
    add_dead_letters(function.service(), function.name, resources);
    resources.push((
        format!("{}Mapping", function.logical_id()),
        map! {
            "Type" => "AWS::Lambda::EventSourceMapping",
            "Properties" => map! {
                "FunctionName" => reference(&format!("{}.Alias", function.logical_id())),
                "EventSourceArn" => attribute(&format!("{}Table", names::pascal(COMMANDS)), "StreamArn"),
                "StartingPosition" => "TRIM_HORIZON",
                "BatchSize" => function.batch(),
                "BisectBatchOnFunctionError" => true,
                "MaximumRetryAttempts" => TRIES,
                "FunctionResponseTypes" => vec!["ReportBatchItemFailures"],
                "FilterCriteria" => map! {
                    "Filters" => vec![map! { "Pattern" => "{\"eventName\":[\"INSERT\"]}" }],
                },
                "DestinationConfig" => map! {
                    "OnFailure" => map! { "Destination" => attribute(&dead_letters_id(function.name), "Arn") },
                },
            },
        },
    ));
}
