//! The few things that a story does behind the marketplace's back: it reads the mails that were sent, breaks a
//! wire on purpose, poisons a queue, and reads its dead letters.

use std::process::Command;

use serde_json::{Value, json};

use crate::shop::{Shop, root};

/// The emulator below the platform.
pub struct Emulator {
    shop: Shop,
    endpoint: String,
}

impl Emulator {
    pub fn open(shop: &Shop) -> Self {
        let api = shop.platform["api"].as_str().unwrap_or_default();
        let endpoint = api.split("/_aws/").next().unwrap_or_default().to_owned();
        Self {
            shop: shop.clone(),
            endpoint,
        }
    }

    /// The mails to an address, oldest first.
    pub fn mails_to(&self, address: &str) -> Vec<Value> {
        let answer = ureq_get(&format!("{}/_ministack/ses/messages", self.endpoint));
        let accounts = answer["messages"].as_object().cloned().unwrap_or_default();
        let mails = accounts.values().filter_map(Value::as_array).flatten();
        mails
            .filter(|mail| {
                mail["To"]
                    .as_array()
                    .is_some_and(|to| to.contains(&address.into()))
            })
            .cloned()
            .collect()
    }

    /// Calls AWS's command line, which comes with the platform's tools, against the emulator.
    #[track_caller]
    pub fn aws(&self, arguments: &[&str]) -> Value {
        let output = Command::new(root().join(".venv/bin/aws"))
            .args([
                "--endpoint-url",
                &self.endpoint,
                "--region",
                "eu-central-1",
                "--output",
                "json",
            ])
            .args(arguments)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .output()
            .expect("the aws command of the platform's tools");
        assert!(
            output.status.success(),
            "aws {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
    }

    /// Holds back the events of one chain (those with this correlation id) from one consumer, as long as
    /// `story` runs. Those that come in between are lost to it; nobody else's are.
    pub fn losing_events<R>(
        &self,
        service: &str,
        function: &str,
        correlation_id: &str,
        story: impl FnOnce() -> R,
    ) -> R {
        let bus = "local-souk";
        let rules = self.aws(&["events", "list-rules", "--event-bus-name", bus]);
        let name = format!("local-{service}-{function}");
        let rules = rules["Rules"].as_array().into_iter().flatten();
        let rule = rules
            .filter_map(|rule| Some((rule["Name"].as_str()?, rule["EventPattern"].as_str()?)))
            .find(|(rule, _)| rule.starts_with(&name));
        let (rule, pattern) = rule.expect("the consumer's rule");
        let matching = |pattern: &str| {
            let put = [
                "events",
                "put-rule",
                "--event-bus-name",
                bus,
                "--name",
                rule,
            ];
            self.aws(&[&put[..], &["--event-pattern", pattern]].concat());
        };
        let mut deaf: Value = serde_json::from_str(pattern).expect("a pattern is JSON");
        deaf["detail"]["metadata"]["correlation_id"] =
            json!([{ "anything-but": [correlation_id] }]);
        matching(&deaf.to_string());
        let result = story();
        matching(pattern);
        result
    }

    /// The most memory that each process of a function has held, in kB, by the kernel (`VmHWM`).
    pub fn peak_memory(function: &str) -> Vec<u64> {
        let wanted = format!("FUNCTION={function}");
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let peak = |process: std::fs::DirEntry| {
            let environment = std::fs::read(process.path().join("environ")).ok()?;
            let mut settings = environment.split(|byte| *byte == 0);
            settings.find(|setting| *setting == wanted.as_bytes())?;
            let status = std::fs::read_to_string(process.path().join("status")).ok()?;
            let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
            line.split_whitespace().nth(1)?.parse().ok()
        };
        processes.filter_map(peak).collect()
    }

    /// Sends a message straight to a consumer's queue.
    pub fn send_to(&self, service: &str, function: &str, body: &str) {
        let url = self.queue_url(&format!("local-{service}-{function}"));
        self.aws(&[
            "sqs",
            "send-message",
            "--queue-url",
            &url,
            "--message-body",
            body,
        ]);
    }

    /// The dead letters of a consumer that contain a text: each with its attributes.
    pub fn dead_letters(&self, service: &str, function: &str, text: &str) -> Vec<Value> {
        let url = self.queue_url(&format!("local-{service}-{function}-dlq"));
        let answer = self.aws(&[
            "sqs",
            "receive-message",
            "--queue-url",
            &url,
            "--max-number-of-messages",
            "10",
            "--visibility-timeout",
            "1",
            "--message-attribute-names",
            "All",
        ]);
        let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
        messages
            .into_iter()
            .filter(|message| {
                message["Body"]
                    .as_str()
                    .is_some_and(|body| body.contains(text))
            })
            .collect()
    }

    fn queue_url(&self, name: &str) -> String {
        let answer = self.aws(&["sqs", "get-queue-url", "--queue-name", name]);
        answer["QueueUrl"].as_str().expect("a queue").to_owned()
    }

    /// An event of a type as it arrives in a queue, with this data: well-formed around, whatever within.
    pub fn event(&self, r#type: &str, data: &Value) -> Value {
        let unique = self.shop.unique();
        json!({
            "version": "0", "id": unique, "source": r#type.split('.').next(), "detail-type": r#type,
            "detail": {
                "metadata": {
                    "id": format!("evt_{:0>32}", &unique[unique.len().saturating_sub(32)..]),
                    "type": r#type, "schema": "", "time": "2026-01-01T00:00:00.000Z",
                    "aggregate": { "kind": "story", "id": unique, "revision": 1 },
                    "correlation_id": "story", "causation_id": "story",
                    "actor": { "kind": "system", "id": "story" },
                },
                "data": data,
            },
        })
    }
}

fn ureq_get(url: &str) -> Value {
    let text = ureq::get(url)
        .call()
        .and_then(|mut response| response.body_mut().read_to_string())
        .expect("the emulator's mails");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}
