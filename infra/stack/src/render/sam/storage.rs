//! What a service keeps: tables, buckets, work queues.

use crate::manifest::{Bucket, COMMANDS, Manifest};
use crate::node::{Node, attribute, reference, substitute};
use crate::plan::{Planned, Trigger};
use crate::{map, names};

use super::consumers;
use super::functions::queue_id;

/// Adds the tables, the buckets and the work queues of a service.
pub(super) fn add(
    manifest: &Manifest,
    functions: &[Planned<'_>],
    resources: &mut Vec<(String, Node)>,
) {
    for (table, indexes) in manifest.all_tables() {
        resources.push((
            format!("{}Table", names::pascal(table)),
            table_of(&manifest.name, table, indexes),
        ));
    }
    for function in functions {
        if let Trigger::Queue(queue) = function.trigger {
            consumers::add_queue(queue, function, resources);
        }
    }
    for (name, bucket) in &manifest.buckets {
        add_bucket(name, bucket, functions, resources);
    }
}

fn table_of(service: &str, table: &str, indexes: &[String]) -> Node {
    let mut attributes = vec![key("pk"), key("sk")];
    for index in indexes {
        let (pk, sk) = index_keys(index);
        attributes.extend([key(&pk), key(&sk)]);
    }
    let mut properties = map! {
        "TableName" => substitute(&names::of(service, table)),
        "BillingMode" => "PAY_PER_REQUEST",
        "AttributeDefinitions" => attributes,
        "KeySchema" => schema("pk", "sk"),
    };
    if !indexes.is_empty() {
        let indexes: Vec<_> = indexes
            .iter()
            .map(|index| {
                let (pk, sk) = index_keys(index);
                map! {
                    "IndexName" => index,
                    "KeySchema" => schema(&pk, &sk),
                    "Projection" => map! { "ProjectionType" => projection(table) },
                }
            })
            .collect();
        properties.push("GlobalSecondaryIndexes", indexes);
    }
    if table == COMMANDS {
        properties.push(
            "StreamSpecification",
            map! { "StreamViewType" => "NEW_IMAGE" },
        );
    }
    properties.push(
        "TimeToLiveSpecification",
        map! { "AttributeName" => "expires_at", "Enabled" => true },
    );
    properties.push(
        "PointInTimeRecoverySpecification",
        map! { "PointInTimeRecoveryEnabled" => true },
    );
    properties.push("SSESpecification", map! { "SSEEnabled" => true });
    map! {
        "Type" => "AWS::DynamoDB::Table",
        "DeletionPolicy" => "RetainExceptOnCreate",
        "UpdateReplacePolicy" => "Retain",
        "Properties" => properties,
    }
}

/// What an index shows: of command records, whose replies are their callers' own, the keys alone.
pub(in crate::render) fn projection(table: &str) -> &'static str {
    if table == COMMANDS {
        "KEYS_ONLY"
    } else {
        "ALL"
    }
}

/// `by-due` reads `by_due_pk` and `by_due_sk`.
pub(in crate::render) fn index_keys(index: &str) -> (String, String) {
    let name = names::snake(index);
    (format!("{name}_pk"), format!("{name}_sk"))
}

fn key(name: &str) -> Node {
    map! { "AttributeName" => name, "AttributeType" => "S" }
}

fn schema(pk: &str, sk: &str) -> Vec<Node> {
    vec![
        map! { "AttributeName" => pk, "KeyType" => "HASH" },
        map! { "AttributeName" => sk, "KeyType" => "RANGE" },
    ]
}

/// A private bucket that forgets, or is locked, and announces what lands under a prefix in a work queue.
fn add_bucket(
    name: &str,
    bucket: &Bucket,
    functions: &[Planned<'_>],
    resources: &mut Vec<(String, Node)>,
) {
    let id = format!("{}Bucket", names::pascal(name));
    let mut properties = map! {
        "BucketName" => substitute(&names::bucket(name)),
        "PublicAccessBlockConfiguration" => map! {
            "BlockPublicAcls" => true,
            "BlockPublicPolicy" => true,
            "IgnorePublicAcls" => true,
            "RestrictPublicBuckets" => true,
        },
        "BucketEncryption" => map! {
            "ServerSideEncryptionConfiguration" => vec![map! {
                "ServerSideEncryptionByDefault" => map! { "SSEAlgorithm" => "AES256" },
            }],
        },
    };
    if let Some(days) = bucket.expires() {
        properties.push(
            "LifecycleConfiguration",
            map! {
                "Rules" => vec![map! {
                    "Id" => "forget",
                    "Status" => "Enabled",
                    "ExpirationInDays" => days,
                    "AbortIncompleteMultipartUpload" => map! { "DaysAfterInitiation" => 1 },
                }],
            },
        );
    }
    if let Some(days) = bucket.lock_days {
        lock(&mut properties, days);
    }
    let mut depends = Vec::new();
    let mut announcements = Vec::new();
    for function in functions {
        // Of several buckets, those that it reads are what it waits for.
        let access = function.entry.objects.get(name);
        let reads = access.is_some_and(|access| access.read);
        if let (Trigger::Queue(queue), Some(prefix), true) =
            (function.trigger, &function.entry.on_object, reads)
        {
            let source = names::bucket_arn(name);
            consumers::add_policy(queue, "s3.amazonaws.com", &source, resources);
            depends.push(format!("{}Policy", queue_id(queue)));
            announcements.push(map! {
                "Event" => "s3:ObjectCreated:*",
                "Queue" => attribute(&queue_id(queue), "Arn"),
                "Filter" => map! {
                    "S3Key" => map! { "Rules" => vec![map! { "Name" => "prefix", "Value" => prefix }] },
                },
            });
        }
    }
    if !announcements.is_empty() {
        properties.push(
            "NotificationConfiguration",
            map! { "QueueConfigurations" => announcements },
        );
    }
    let mut bucket = map! { "Type" => "AWS::S3::Bucket", "DeletionPolicy" => "RetainExceptOnCreate", "UpdateReplacePolicy" => "Retain" };
    if !depends.is_empty() {
        bucket.push("DependsOn", depends);
    }
    bucket.push("Properties", properties);
    resources.push((id.clone(), bucket));
    resources.push((format!("{id}Policy"), over_tls_alone(&id)));
}

/// Object Lock: every version of an object stays for so many days.
fn lock(properties: &mut Node, days: u32) {
    properties.push("VersioningConfiguration", map! { "Status" => "Enabled" });
    properties.push("ObjectLockEnabled", true);
    properties.push(
        "ObjectLockConfiguration",
        map! {
            "ObjectLockEnabled" => "Enabled",
            "Rule" => map! {
                "DefaultRetention" => map! { "Mode" => reference("LockMode"), "Days" => days },
            },
        },
    );
}

fn over_tls_alone(bucket: &str) -> Node {
    map! {
        "Type" => "AWS::S3::BucketPolicy",
        // A laptop has no TLS to insist on.
        "Condition" => "IsOnAws",
        "Properties" => map! {
            "Bucket" => reference(bucket),
            "PolicyDocument" => map! {
                "Version" => "2012-10-17",
                "Statement" => vec![map! {
                    "Sid" => "OverTlsAlone",
                    "Effect" => "Deny",
                    "Principal" => "*",
                    "Action" => "s3:*",
                    "Resource" => vec![attribute(bucket, "Arn"), substitute(&format!("${{{bucket}.Arn}}/*"))],
                    "Condition" => map! { "Bool" => map! { "aws:SecureTransport" => "false" } },
                }],
            },
        },
    }
}
