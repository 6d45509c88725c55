//! What a request is answered with, as API Gateway takes it (payload format 2.0,
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>).

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{Code, Problem, Reply};
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::headers;

/// How more proof is asked for (RFC 9470 §3).
const STEP_UP: &str =
    r#"Bearer error="insufficient_user_authentication", acr_values="mfa", max_age="600""#;

/// An answer. Its headers are a list: there are a score, and each is set once.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    #[serde(rename = "statusCode")]
    pub(crate) status: u16,
    #[serde(serialize_with = "as_map")]
    headers: Vec<(&'static str, Cow<'static, str>)>,
    body: String,
    is_base64_encoded: bool,
}

fn as_map<S: Serializer>(
    headers: &[(&'static str, Cow<'static, str>)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(headers.len()))?;
    for (name, value) in headers {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

impl Answer {
    fn new(status: u16, body: Vec<u8>) -> Self {
        let (body, is_base64_encoded) = match String::from_utf8(body) {
            Ok(text) => (text, false),
            Err(bytes) => (STANDARD.encode(bytes.as_bytes()), true),
        };
        Self {
            status,
            headers: Vec::with_capacity(20),
            body,
            is_base64_encoded,
        }
    }

    /// A reply; without its body, if the caller has that already.
    pub(crate) fn reply(reply: Reply<()>, not_modified: bool) -> Self {
        let mut answer = if not_modified {
            Self::new(304, Vec::new())
        } else {
            let mut answer = Self::new(reply.status, reply.body);
            answer.maybe("content-type", reply.content_type);
            answer
        };
        let kept: Cow<'static, str> = match (reply.kept_seconds, &reply.etag) {
            (Some(seconds), _) => format!("public, max-age={seconds}").into(),
            (None, Some(_)) => "private, no-cache".into(),
            (None, None) => "no-store".into(),
        };
        answer.maybe("etag", reply.etag);
        answer.maybe("location", reply.location);
        answer.set("cache-control", kept);
        if reply.replayed {
            answer.set("idempotency-replayed", "true");
        }
        answer.secure()
    }

    /// A refusal, as RFC 9457 has it.
    pub(crate) fn refusal(problem: &Problem, request_id: &str) -> Self {
        let body = serde_json::to_vec(&problem.body(request_id)).unwrap_or_default();
        let mut answer = Self::new(problem.code().status(), body);
        answer.set("content-type", "application/problem+json");
        answer.set("cache-control", "no-store");
        match problem.code() {
            // RFC 9110 §15.5.2: every 401 says how to authenticate.
            Code::StepUpRequired => answer.set("www-authenticate", STEP_UP),
            code if code.status() == 401 => answer.set("www-authenticate", "Bearer"),
            Code::Unavailable | Code::IdempotencyInFlight => answer.set("retry-after", "1"),
            Code::TooManyRequests => {
                answer.maybe("retry-after", problem.retry_after().map(|s| s.to_string()));
            }
            Code::MethodNotAllowed => answer.maybe("allow", problem.allowed().map(str::to_owned)),
            _ => {}
        }
        answer.secure()
    }

    /// Sets a header that has not been set yet. What cannot be a header's value (RFC 9110 §5.5) is left out: no
    /// answer fails because of a header.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<Cow<'static, str>>) {
        let value = value.into();
        if !value.bytes().any(|byte| byte.is_ascii_control()) {
            self.headers.push((name, value));
        }
    }

    fn maybe(&mut self, name: &'static str, value: Option<String>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    /// With what every answer carries.
    fn secure(mut self) -> Self {
        let content_type = self
            .headers
            .iter()
            .find(|(name, _)| *name == "content-type");
        let policy = headers::policy(content_type.map(|(_, value)| value.as_ref()));
        self.headers
            .push(("content-security-policy", policy.into()));
        let always = headers::ALWAYS.iter();
        self.headers
            .extend(always.map(|(name, value)| (*name, Cow::Borrowed(*value))));
        self
    }
}
