//! Calls to the emulator, signed as AWS wants them (Signature Version 4).
//!
//! `awscli` takes most of a second to start; `up` makes a hundred calls.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::{Digest, Sha256};
use ureq::Agent;
use ureq::http::{Method, Request};

use super::place::{Place, REGION};

/// A client of the emulator, as the account's root.
#[derive(Debug, Clone)]
pub(super) struct Emulator {
    agent: Agent,
    endpoint: String,
    host: String,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    /// The HTTP status.
    pub(super) status: u16,
    /// The body, as text.
    pub(super) text: String,
}

/// One call, before it is signed.
struct Call<'a> {
    service: &'a str,
    method: Method,
    path: &'a str,
    query: String,
    headers: Vec<(&'static str, String)>,
    body: &'a [u8],
    limit: Duration,
}

impl Emulator {
    /// The emulator of this place, running or not.
    pub(super) fn new(place: &Place) -> Self {
        let agent = Agent::new_with_config(
            Agent::config_builder()
                .http_status_as_error(false)
                .max_idle_connections_per_host(8)
                .build(),
        );
        Self {
            agent,
            endpoint: place.endpoint(),
            host: format!("127.0.0.1:{}", place.port),
        }
    }

    /// A GET of the emulator's own pages; `None` when nothing answers.
    pub(super) fn page(&self, path: &str) -> Option<String> {
        let mut answer = self
            .agent
            .get(format!("{}{path}", self.endpoint))
            .config()
            .timeout_global(Some(Duration::from_secs(2)))
            .build()
            .call()
            .ok()?;
        (answer.status() == 200).then(|| answer.body_mut().read_to_string().ok())?
    }

    /// A call of the JSON protocol: DynamoDB, SQS, EventBridge, Logs.
    pub(super) fn json(&self, service: &str, target: &str, body: &Value) -> Result<Value> {
        let version = if service == "sqs" || service == "dynamodb" {
            "1.0"
        } else {
            "1.1"
        };
        let answer = self.send(Call {
            service,
            method: Method::POST,
            path: "/",
            query: String::new(),
            headers: vec![
                ("content-type", format!("application/x-amz-json-{version}")),
                ("x-amz-target", target.to_owned()),
            ],
            body: body.to_string().as_bytes(),
            limit: Duration::from_mins(1),
        })?;
        if answer.status != 200 {
            bail!("{target}: {} {}", answer.status, answer.text);
        }
        if answer.text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&answer.text).with_context(|| format!("{target} answered no JSON"))
    }

    /// A call of the query protocol: CloudFormation. The answer is XML.
    pub(super) fn query(&self, service: &str, parameters: &[(&str, &str)]) -> Result<Answer> {
        let body = form(parameters);
        self.send(Call {
            service,
            method: Method::POST,
            path: "/",
            query: String::new(),
            headers: vec![(
                "content-type",
                "application/x-www-form-urlencoded".to_owned(),
            )],
            body: body.as_bytes(),
            limit: Duration::from_mins(5),
        })
    }

    /// A call of the REST protocol with a JSON body: Lambda.
    pub(super) fn rest(
        &self,
        service: &str,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer> {
        self.send(Call {
            service,
            method,
            path,
            query: form(query),
            headers: vec![("content-type", "application/json".to_owned())],
            body,
            limit: Duration::from_mins(1),
        })
    }

    /// Makes a bucket; one that is there stays as it is.
    pub(super) fn make_bucket(&self, bucket: &str) -> Result<()> {
        let place = format!(
            "<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint>\
             </CreateBucketConfiguration>",
        );
        let answer = self.put(&format!("/{bucket}"), place.as_bytes())?;
        if answer.status != 200 && answer.status != 409 {
            bail!(
                "the bucket {bucket} was not made: {} {}",
                answer.status,
                answer.text
            );
        }
        Ok(())
    }

    /// Puts an object into a bucket.
    pub(super) fn put_object(&self, bucket: &str, key: &str, body: &[u8]) -> Result<()> {
        let answer = self.put(&format!("/{bucket}/{key}"), body)?;
        if answer.status != 200 {
            bail!(
                "{bucket}/{key} was not stored: {} {}",
                answer.status,
                answer.text
            );
        }
        Ok(())
    }

    fn put(&self, path: &str, body: &[u8]) -> Result<Answer> {
        self.send(Call {
            service: "s3",
            method: Method::PUT,
            path,
            query: String::new(),
            headers: Vec::new(),
            body,
            limit: Duration::from_mins(1),
        })
    }

    fn send(&self, call: Call<'_>) -> Result<Answer> {
        let date = jiff::Timestamp::now()
            .strftime("%Y%m%dT%H%M%SZ")
            .to_string();
        // A body of S3 may go unsigned, and hashing a fleet's zips would cost more than sending them.
        let hash = if call.service == "s3" {
            "UNSIGNED-PAYLOAD".to_owned()
        } else {
            hex(&Sha256::digest(call.body))
        };
        let signature = self.sign(&call, &date, &hash);
        let mut uri = format!("{}{}", self.endpoint, call.path);
        if !call.query.is_empty() {
            uri = format!("{uri}?{}", call.query);
        }
        let mut request = Request::builder()
            .method(call.method)
            .uri(uri)
            .header("host", &self.host)
            .header("x-amz-date", &date)
            .header("x-amz-content-sha256", &hash)
            .header("authorization", signature);
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        let request = self
            .agent
            .configure_request(request.body(call.body)?)
            .timeout_global(Some(call.limit))
            .build();
        let mut answer = self.agent.run(request).with_context(|| {
            format!(
                "the emulator does not answer on {}; `make up` starts it",
                self.endpoint
            )
        })?;
        let text = answer
            .body_mut()
            .with_config()
            .limit(64 << 20)
            .read_to_string()?;
        Ok(Answer {
            status: answer.status().as_u16(),
            text,
        })
    }

    fn sign(&self, call: &Call<'_>, date: &str, hash: &str) -> String {
        let day = &date[..8];
        let mut pairs: Vec<&str> = call
            .query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .collect();
        pairs.sort_unstable();
        let canonical = format!(
            "{}\n{}\n{}\nhost:{}\nx-amz-content-sha256:{hash}\nx-amz-date:{date}\n\nhost;x-amz-content-sha256;x-amz-date\n{hash}",
            call.method,
            call.path,
            pairs.join("&"),
            self.host,
        );
        let scope = format!("{day}/{REGION}/{}/aws4_request", call.service);
        let text = format!(
            "AWS4-HMAC-SHA256\n{date}\n{scope}\n{}",
            hex(&Sha256::digest(canonical))
        );
        let key = [day, REGION, call.service, "aws4_request"]
            .iter()
            .fold(b"AWS4test".to_vec(), |key, part| mac(&key, part.as_bytes()));
        format!(
            "AWS4-HMAC-SHA256 Credential=test/{scope}, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={}",
            hex(&mac(&key, text.as_bytes())),
        )
    }
}

impl Answer {
    /// The text of the first element of that name.
    pub(super) fn element(&self, name: &str) -> Option<&str> {
        element(&self.text, name)
    }
}

/// The text of the first element of that name; AWS's answers are flat enough for it.
pub(super) fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let begin = xml.find(&format!("<{name}>"))? + name.len() + 2;
    let length = xml[begin..].find(&format!("</{name}>"))?;
    Some(&xml[begin..begin + length])
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Pairs as a query string or a form, percent-encoded.
fn form(pairs: &[(&str, &str)]) -> String {
    let encoded = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    encoded.collect::<Vec<_>>().join("&")
}

/// Percent-encodes all but RFC 3986's unreserved characters.
pub(super) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
