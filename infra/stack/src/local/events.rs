//! A tap on the bus: a rule and a queue of its own that see every event, and are gone when the tap is dropped.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::aws::Emulator;
use super::place::{ACCOUNT, REGION, STAGE};

/// A queue that receives every event of the stage's bus.
pub(super) struct Tap {
    emulator: Emulator,
    name: String,
    url: String,
    seen: Vec<Event>,
}

/// One event as it went over the bus.
#[derive(Debug, Clone)]
pub(super) struct Event {
    /// `order.placed.v1`.
    pub(super) kind: String,
    /// The envelope: `metadata` and `data`.
    pub(super) detail: Value,
}

impl Event {
    /// Whether it speaks of that order, payment or customer.
    pub(super) fn is_about(&self, id: &str) -> bool {
        self.detail["metadata"]["aggregate"]["id"] == id
            || self.detail["data"]
                .as_object()
                .is_some_and(|data| data.values().any(|value| value == id))
    }
}

impl Tap {
    /// Opens a tap on the bus.
    pub(super) fn open(emulator: &Emulator) -> Result<Self> {
        let name = format!("{STAGE}-tap-{}", super::up::password()?[..8].to_lowercase());
        let arn = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}");
        let policy = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": "events.amazonaws.com" },
                "Action": "sqs:SendMessage",
                "Resource": arn,
            }],
        });
        let made = emulator.json(
            "sqs",
            "AmazonSQS.CreateQueue",
            &json!({ "QueueName": name, "Attributes": { "Policy": policy.to_string() } }),
        )?;
        let url = made["QueueUrl"]
            .as_str()
            .context("a queue without an address")?
            .to_owned();
        // From here on the tap takes back what was made, whatever fails.
        let tap = Self {
            emulator: emulator.clone(),
            name,
            url,
            seen: Vec::new(),
        };
        let bus = format!("{STAGE}-souk");
        let pattern = json!({ "account": [ACCOUNT] }).to_string();
        tap.rule(
            "PutRule",
            &json!({ "Name": tap.name, "EventBusName": bus, "EventPattern": pattern }),
        )?;
        let targets = json!([{ "Id": "tap", "Arn": arn }]);
        let put = tap.rule(
            "PutTargets",
            &json!({ "Rule": tap.name, "EventBusName": bus, "Targets": targets }),
        )?;
        if put["FailedEntryCount"].as_u64().unwrap_or_default() > 0 {
            bail!("the bus refused the tap: {put}");
        }
        Ok(tap)
    }

    /// Waits until every one of these kinds has been seen of `about`, telling of each event once as it comes.
    /// Fails on the first event that is named in `never`.
    pub(super) fn until(
        &mut self,
        about: &str,
        kinds: &[&str],
        never: &[&str],
        limit: Duration,
        mut tell: impl FnMut(&Event),
    ) -> Result<Vec<Event>> {
        let end = Instant::now() + limit;
        let mut mine: Vec<Event> = Vec::new();
        loop {
            let (about_it, others): (Vec<_>, Vec<_>) =
                self.seen.drain(..).partition(|event| event.is_about(about));
            self.seen = others;
            for event in about_it {
                tell(&event);
                if never.contains(&event.kind.as_str()) {
                    bail!("{} came, which must not: {}", event.kind, event.detail);
                }
                mine.push(event);
            }
            let missing: Vec<_> = kinds
                .iter()
                .filter(|kind| !mine.iter().any(|event| event.kind == **kind))
                .copied()
                .collect();
            if missing.is_empty() {
                return Ok(mine);
            }
            if Instant::now() >= end {
                bail!(
                    "waited {} s for {} of {about}",
                    limit.as_secs(),
                    missing.join(", ")
                );
            }
            self.receive()?;
        }
    }

    /// Takes what has come, waiting up to two seconds for it.
    fn receive(&mut self) -> Result<()> {
        let body = json!({ "QueueUrl": self.url, "WaitTimeSeconds": 2, "MaxNumberOfMessages": 10 });
        let answer = self
            .emulator
            .json("sqs", "AmazonSQS.ReceiveMessage", &body)?;
        for message in answer["Messages"].as_array().into_iter().flatten() {
            let handle = json!({ "QueueUrl": self.url, "ReceiptHandle": message["ReceiptHandle"] });
            self.emulator
                .json("sqs", "AmazonSQS.DeleteMessage", &handle)?;
            let event: Value = serde_json::from_str(message["Body"].as_str().unwrap_or_default())?;
            let kind = event["detail-type"].as_str().unwrap_or_default().to_owned();
            self.seen.push(Event {
                kind,
                detail: event["detail"].clone(),
            });
        }
        Ok(())
    }

    fn rule(&self, action: &str, body: &Value) -> Result<Value> {
        self.emulator
            .json("events", &format!("AWSEvents.{action}"), body)
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        let bus = format!("{STAGE}-souk");
        // Best effort: the emulator may be gone, and then the tap is too.
        self.rule(
            "RemoveTargets",
            &json!({ "Rule": self.name, "EventBusName": bus, "Ids": ["tap"] }),
        )
        .ok();
        self.rule(
            "DeleteRule",
            &json!({ "Name": self.name, "EventBusName": bus }),
        )
        .ok();
        self.emulator
            .json(
                "sqs",
                "AmazonSQS.DeleteQueue",
                &json!({ "QueueUrl": self.url }),
            )
            .ok();
    }
}
