//! `make watch`: the API served by `cargo lambda watch`, rebuilt at each save, with the emulator behind it.
//!
//! Consumers run in the emulator, as they were deployed. One of them can be watched too: its mapping is switched
//! off while its queue is pumped into the watched process.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use console::style;
use serde_json::{Value, json};
use ureq::http::Method;

use super::aws::Emulator;
use super::emulator::signal;
use super::place::{Place, REGION, STAGE};
use super::term::{say, wait_for};
use crate::fleet;
use crate::names::upper_snake;
use crate::project::Project;

/// The port of `cargo lambda watch`, and of `cargo lambda invoke` unless it is told another.
const PORT: u16 = 9000;

/// Serves the API until it is interrupted.
pub(super) fn watch(place: &Place, consumer: Option<&str>) -> Result<()> {
    place.platform()?;
    let emulator = Emulator::new(place);
    let project = Project::read(&place.root)?;
    write_environment(place, &emulator, &project)?;
    let address = address()?;

    let over = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&over);
    // The watched process is in a group of its own, so that this one can end it and put the mapping back.
    ctrlc::set_handler(move || heard.store(true, Ordering::SeqCst))?;

    let mapping = consumer
        .map(|name| Mapping::switch_off(&emulator, &project, name))
        .transpose()?;
    let mut child = std::process::Command::new("cargo")
        .args(["lambda", "watch", "--invoke-address"])
        .arg(address.ip().to_string())
        .args(["--env-file", ".local/watch.env"])
        .current_dir(&place.root)
        .env("PATH", place.path())
        // As cargo-lambda builds and as the tests do: what is compiled is compiled once.
        .env("CARGO_BUILD_TARGET", fleet::host()?)
        .process_group(0)
        .spawn()
        .context("cargo lambda is missing; `make up` installs it")?;
    say(style(format!(
        "Serving on http://localhost:{PORT}/v1/products; the first request of a function builds it."
    ))
    .bold());
    let outcome = serve(&mut child, mapping.as_ref(), address, &over);
    end(&mut child)?;
    outcome
}

/// The loopback address to listen on: `cargo lambda invoke` calls the one of IPv6 unless it is told another.
fn address() -> Result<SocketAddr> {
    if TcpListener::bind(("127.0.0.1", PORT)).is_err() {
        bail!("port {PORT} of 127.0.0.1 is taken; stop what listens there (another watch?)");
    }
    let six = TcpListener::bind(("::1", PORT)).is_ok();
    if !six {
        say("There is no IPv6 here: tell `cargo lambda invoke` --invoke-address 127.0.0.1");
    }
    Ok(if six {
        (Ipv6Addr::LOCALHOST, PORT).into()
    } else {
        (Ipv4Addr::LOCALHOST, PORT).into()
    })
}

/// Waits for the end, pumping the queue meanwhile.
fn serve(
    child: &mut Child,
    mapping: Option<&Mapping<'_>>,
    address: SocketAddr,
    over: &AtomicBool,
) -> Result<()> {
    while !over.load(Ordering::SeqCst) && child.try_wait()?.is_none() {
        match mapping {
            Some(mapping) => mapping.pump(address)?,
            None => std::thread::sleep(Duration::from_millis(200)),
        }
    }
    Ok(())
}

/// Ends the watch as Ctrl-C would; it ends its functions.
fn end(child: &mut Child) -> Result<()> {
    for name in ["INT", "KILL"] {
        signal(name, child.id())?;
        let ended = wait_for("the watch to end", Duration::from_secs(8), || {
            Ok(child.try_wait()?)
        });
        if ended.is_ok() {
            break;
        }
    }
    Ok(())
}

/// What the deployed functions were given, for the watched ones: a variable that differs between functions is
/// named `<FUNCTION>__<NAME>`.
fn write_environment(place: &Place, emulator: &Emulator, project: &Project) -> Result<()> {
    let mut values: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for function in project.functions() {
        let path = format!(
            "/2015-03-31/functions/{STAGE}-{}-{}/configuration",
            function.service(),
            function.name
        );
        let answer = emulator.rest("lambda", Method::GET, &path, &[], b"")?;
        let found: Value = serde_json::from_str(&answer.text)?;
        let variables = found["Environment"]["Variables"].as_object();
        let variables = variables
            .with_context(|| format!("{} is not deployed; run `make up`", function.name))?;
        for (name, value) in variables {
            let value = value.as_str().unwrap_or_default().to_owned();
            values
                .entry(name.clone())
                .or_default()
                .insert(function.name.to_owned(), value);
        }
    }
    let mut lines = vec![
        format!("AWS_ENDPOINT_URL={}", place.endpoint()),
        format!("AWS_REGION={REGION}"),
        "AWS_ACCESS_KEY_ID=test".to_owned(),
        "AWS_SECRET_ACCESS_KEY=test".to_owned(),
    ];
    let all = project.functions().len();
    for (name, by_function) in &values {
        let mut distinct: Vec<&String> = by_function.values().collect();
        distinct.sort();
        distinct.dedup();
        match distinct.as_slice() {
            [value] if by_function.len() == all => lines.push(format!("{name}='{value}'")),
            _ => lines.extend(by_function.iter().map(|(function, value)| {
                let function = upper_snake(function);
                format!("{function}__{name}='{value}'")
            })),
        }
    }
    std::fs::write(place.state("watch.env"), lines.join("\n") + "\n")?;
    Ok(())
}

/// A consumer's event source mapping, switched off as long as this lives.
struct Mapping<'a> {
    emulator: &'a Emulator,
    id: String,
    queue: String,
    queue_arn: String,
    function: String,
}

impl<'a> Mapping<'a> {
    fn switch_off(emulator: &'a Emulator, project: &Project, function: &str) -> Result<Self> {
        let known = project
            .function(function)
            .with_context(|| format!("there is no function `{function}`"))?;
        let deployed = format!("{STAGE}-{}-{function}", known.service());
        let answer = emulator.rest(
            "lambda",
            Method::GET,
            "/2015-03-31/event-source-mappings/",
            &[],
            b"",
        )?;
        let found: Value = serde_json::from_str(&answer.text)?;
        let ours = format!(":function:{deployed}");
        let mapping = found["EventSourceMappings"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|mapping| {
                let arn = mapping["FunctionArn"].as_str().unwrap_or_default();
                arn.ends_with(&ours) || arn.contains(&format!("{ours}:"))
            });
        let mapping = mapping.with_context(|| format!("{function} consumes no queue"))?;
        let queue_arn = mapping["EventSourceArn"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if !queue_arn.contains(":sqs:") {
            bail!("{function} reads a stream, which cannot be pumped; its tests run it");
        }
        let id = mapping["UUID"]
            .as_str()
            .context("a mapping without an id")?
            .to_owned();
        let name = queue_arn.rsplit(':').next().unwrap_or_default();
        let url = emulator.json(
            "sqs",
            "AmazonSQS.GetQueueUrl",
            &json!({ "QueueName": name }),
        )?;
        let queue = url["QueueUrl"]
            .as_str()
            .context("a queue without an address")?
            .to_owned();
        let mapping = Self {
            emulator,
            id,
            queue,
            queue_arn,
            function: function.to_owned(),
        };
        mapping.set(false)?;
        say(format!(
            "{function}: its queue now goes to the watched process."
        ));
        Ok(mapping)
    }

    fn set(&self, enabled: bool) -> Result<()> {
        let path = format!("/2015-03-31/event-source-mappings/{}", self.id);
        let body = json!({ "Enabled": enabled }).to_string();
        let answer = self
            .emulator
            .rest("lambda", Method::PUT, &path, &[], body.as_bytes())?;
        if answer.status >= 300 {
            bail!(
                "the mapping of {} cannot be changed: {} {}",
                self.function,
                answer.status,
                answer.text
            );
        }
        Ok(())
    }

    /// Hands what is in the queue to the watched process, and deletes what it did not report as failed.
    fn pump(&self, address: SocketAddr) -> Result<()> {
        let ask = json!({
            "QueueUrl": self.queue, "WaitTimeSeconds": 1, "MaxNumberOfMessages": 10, "AttributeNames": ["All"],
        });
        let received = self
            .emulator
            .json("sqs", "AmazonSQS.ReceiveMessage", &ask)?;
        let Some(messages) = received["Messages"].as_array() else {
            return Ok(());
        };
        let records: Vec<Value> = messages
            .iter()
            .map(|message| self.record(message))
            .collect();
        if records.is_empty() {
            return Ok(());
        }
        let failed = match invoke(address, &self.function, &json!({ "Records": records })) {
            Ok(reply) => failures(&reply),
            Err(error) => {
                say(format!(
                    "{}: {error:#}; the messages come again",
                    self.function
                ));
                return Ok(());
            }
        };
        for message in messages {
            if !failed.iter().any(|id| message["MessageId"] == *id) {
                let done =
                    json!({ "QueueUrl": self.queue, "ReceiptHandle": message["ReceiptHandle"] });
                self.emulator
                    .json("sqs", "AmazonSQS.DeleteMessage", &done)?;
            }
        }
        say(format!(
            "{}: {} messages, {} failed",
            self.function,
            messages.len(),
            failed.len()
        ));
        Ok(())
    }

    /// A message as the mapping would hand it over.
    fn record(&self, message: &Value) -> Value {
        json!({
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self.queue_arn,
            "awsRegion": REGION,
        })
    }
}

impl Drop for Mapping<'_> {
    fn drop(&mut self) {
        match self.set(true) {
            Ok(()) => say(format!("{}: back in the emulator.", self.function)),
            Err(error) => say(format!("{error:#}; `make down up` puts it right")),
        }
    }
}

/// Invokes a watched function; the first time it is built before it answers.
fn invoke(address: SocketAddr, function: &str, event: &Value) -> Result<Value> {
    let url = format!("http://{address}/2015-03-31/functions/{function}/invocations");
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build(),
    );
    let mut answer = agent
        .post(&url)
        .send(event.to_string())
        .context("the watched process does not answer yet")?;
    let text = answer.body_mut().read_to_string()?;
    if answer.status() != 200 {
        bail!("answered {}: {text}", answer.status());
    }
    Ok(serde_json::from_str(&text)?)
}

fn failures(reply: &Value) -> Vec<Value> {
    let failed = reply["batchItemFailures"].as_array().into_iter().flatten();
    failed
        .map(|failure| failure["itemIdentifier"].clone())
        .collect()
}
