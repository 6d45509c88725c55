//! `events/invocations/<function>.json`: what AWS would invoke each function with.

use contracts::EventType;
use serde_json::{Value, json};

use super::{Rendered, samples};
use crate::describe::Descriptions;
use crate::manifest::{COMMANDS, Route};
use crate::names;
use crate::node::Node;
use crate::plan::{Planned, Trigger};
use crate::project::Project;

const ACCOUNT: &str = "000000000000";
const REGION: &str = "eu-central-1";
const TIME: &str = "2026-11-23T09:30:00Z";
const MILLISECONDS: i64 = 1_795_426_200_000;

/// One file a function.
pub fn files(
    project: &Project,
    catalogue: &[EventType],
    descriptions: &Descriptions,
) -> Vec<Rendered> {
    let invocation = |function: &Planned<'_>| match function.trigger {
        Trigger::Http(route) => request(function, route, descriptions),
        Trigger::Events(events) => batch(
            function,
            events.iter().map(|event| bus_event(event, catalogue)),
        ),
        // What a service alone says to itself is nobody's to make up: a batch of nothing.
        Trigger::Queue(_) => batch(
            function,
            function
                .entry
                .on_object
                .is_some()
                .then(|| object_created(function))
                .into_iter(),
        ),
        Trigger::Schedule(_) | Trigger::Invoke => json!({}),
        Trigger::Relay => stream(function, catalogue),
    };
    project
        .functions()
        .iter()
        .map(|function| {
            let path = format!("events/invocations/{}.json", function.name);
            Rendered::new(path, Node::from(invocation(function)).to_json())
        })
        .collect()
}

fn local(name: &str) -> String {
    name.replace("${Stage}", "local")
        .replace("${AWS::AccountId}", ACCOUNT)
}

/// API Gateway's payload version 2.0.
fn request(function: &Planned<'_>, route: &Route, descriptions: &Descriptions) -> Value {
    let method = route.method().unwrap_or("GET");
    let mut path = route.path().unwrap_or("/v1/nothing-here").to_owned();
    let mut parameters = serde_json::Map::new();
    for name in route.parameters() {
        path = path.replace(&format!("{{{name}}}"), "example");
        parameters.insert(name.to_owned(), "example".into());
    }
    let input = descriptions
        .get(function.name)
        .map(|description| &description.input);
    let body = input
        .and_then(|input| input.body.as_ref())
        .map(|schema| samples::of(schema).to_string());

    let mut headers = json!({ "accept": "application/json", "host": "127.0.0.1:9000" });
    if body.is_some() {
        let media = input.and_then(|input| input.content_types.first());
        headers["content-type"] = media.map_or("application/json", String::as_str).into();
    }
    if function.entry.allow.as_deref() != Some("public") {
        headers["authorization"] = "Bearer put-an-access-token-here".into();
    }
    if function.idempotency() == crate::manifest::Idempotency::Required {
        headers["idempotency-key"] = "an-example".into();
    }
    let mut request = json!({
        "version": "2.0",
        "routeKey": route.to_string(),
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "souk",
            "domainName": "127.0.0.1",
            "domainPrefix": "souk",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "cargo-lambda" },
            "requestId": "example",
            "routeKey": route.to_string(),
            "stage": "$default",
            "time": "23/Nov/2026:09:30:00 +0000",
            "timeEpoch": MILLISECONDS,
        },
        "isBase64Encoded": false,
    });
    if !parameters.is_empty() {
        request["pathParameters"] = parameters.into();
    }
    if let Some(body) = body {
        request["body"] = body.into();
    }
    request
}

/// An SQS batch.
fn batch(function: &Planned<'_>, bodies: impl Iterator<Item = Value>) -> Value {
    let queue = local(&names::of(
        function.service(),
        function.queue().unwrap_or(function.name),
    ));
    let records: Vec<_> = bodies
        .enumerate()
        .map(|(position, body)| {
            json!({
                "messageId": format!("00000000-0000-4000-8000-00000000000{position}"),
                "receiptHandle": "example",
                "body": body.to_string(),
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": MILLISECONDS.to_string(),
                    "SenderId": "events.amazonaws.com",
                    "ApproximateFirstReceiveTimestamp": MILLISECONDS.to_string(),
                },
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"),
                "awsRegion": REGION,
            })
        })
        .collect();
    json!({ "Records": records })
}

/// An event as the bus delivers it.
fn bus_event(event: &str, catalogue: &[EventType]) -> Value {
    let detail = catalogue
        .iter()
        .find(|known| known.type_name == event)
        .map(|known| known.example.clone());
    json!({
        "version": "0",
        "id": "00000000-0000-4000-8000-000000000000",
        "detail-type": event,
        "source": names::publisher(event),
        "account": ACCOUNT,
        "time": TIME,
        "region": REGION,
        "resources": [],
        "detail": detail.unwrap_or_default(),
    })
}

/// S3's announcement of an object, or a bare message where the queue is not fed by a bucket.
fn object_created(function: &Planned<'_>) -> Value {
    let (Some(prefix), Some(bucket)) = (
        &function.entry.on_object,
        function.entry.objects.keys().next(),
    ) else {
        return json!({});
    };
    let bucket = local(&names::bucket(bucket));
    json!({
        "Records": [{
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": REGION,
            "eventTime": TIME,
            "eventName": "ObjectCreated:Put",
            "s3": {
                "s3SchemaVersion": "1.0",
                "bucket": { "name": bucket, "arn": format!("arn:aws:s3:::{bucket}") },
                "object": { "key": format!("{prefix}example"), "size": 1024, "eTag": "example", "sequencer": "0" },
            },
        }],
    })
}

/// A record of the stream of `commands`: a command that published the service's first event.
fn stream(function: &Planned<'_>, catalogue: &[EventType]) -> Value {
    let service = function.service();
    let table = local(&names::of(service, COMMANDS));
    let event = catalogue.iter().find(|event| event.service == service);
    let events: Vec<_> = event
        .iter()
        .map(|event| json!({ "M": { "type": { "S": event.type_name }, "detail": { "S": event.example.to_string() } } }))
        .collect();
    let keys = json!({ "pk": { "S": "cmd#example#1" }, "sk": { "S": "cmd" } });
    let mut image = json!({
        "kind": { "S": "command" },
        "schema": { "N": "1" },
        "rev": { "N": "1" },
        "created_at": { "S": "2026-11-23T09:30:00.000Z" },
        "updated_at": { "S": "2026-11-23T09:30:00.000Z" },
        "scope": { "S": "example" },
        "key": { "S": "1" },
        "events": { "L": events },
        "at": { "S": "2026-11-23T09:30:00.000Z" },
    });
    image["pk"] = keys["pk"].clone();
    image["sk"] = keys["sk"].clone();
    json!({
        "Records": [{
            "eventID": "example",
            "eventName": "INSERT",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": REGION,
            "dynamodb": {
                "ApproximateCreationDateTime": MILLISECONDS / 1000,
                "Keys": keys,
                "NewImage": image,
                "SequenceNumber": "1",
                "SizeBytes": 1,
                "StreamViewType": "NEW_IMAGE",
            },
            "eventSourceARN": format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}/stream/2026-11-23T09:30:00.000"),
        }],
    })
}
