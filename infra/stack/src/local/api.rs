//! A client of Souk's own API, for the catalogue and the demo: it knows what any shopper's client knows.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Request;

use super::place::LogIn;

/// The API, as anyone sees it.
#[derive(Debug, Clone)]
pub(super) struct Api {
    agent: Agent,
    base: String,
}

/// One request.
#[derive(Debug, Default)]
pub(super) struct Ask<'a> {
    /// The access token, when the caller has logged in.
    pub(super) token: Option<&'a str>,
    /// Further headers.
    pub(super) headers: Vec<(&'a str, &'a str)>,
    /// The body and its media type.
    pub(super) body: Option<(&'a str, Vec<u8>)>,
}

/// One reply.
#[derive(Debug)]
pub(super) struct Reply {
    /// The HTTP status.
    pub(super) status: u16,
    /// The body; null when there is none.
    pub(super) body: Value,
}

impl<'a> Ask<'a> {
    /// A request with a JSON body.
    pub(super) fn json(body: &Value) -> Self {
        Self {
            body: Some(("application/json", body.to_string().into_bytes())),
            ..Self::default()
        }
    }

    /// The same, by someone who has logged in.
    pub(super) fn by(self, token: &'a str) -> Self {
        Self {
            token: Some(token),
            ..self
        }
    }

    /// The same, with a header more.
    pub(super) fn with(mut self, name: &'a str, value: &'a str) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl Api {
    /// The API at a base URL.
    pub(super) fn new(base: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Self {
            agent: Agent::new_with_config(config),
            base: base.to_owned(),
        }
    }

    /// Sends one request, whatever the answer.
    pub(super) fn send(&self, method: &str, path: &str, ask: Ask<'_>) -> Result<Reply> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        if let Some(token) = ask.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in ask.headers {
            request = request.header(name, value);
        }
        let (kind, body) = ask.body.unwrap_or(("application/json", Vec::new()));
        if !body.is_empty() {
            request = request.header("content-type", kind);
        }
        let sent = if body.is_empty() && matches!(method, "GET" | "DELETE") {
            self.agent.run(request.body(())?)
        } else {
            self.agent.run(request.body(body)?)
        };
        let mut answer = sent.with_context(|| format!("{method} {path} got no answer"))?;
        let text = answer.body_mut().read_to_string()?;
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        };
        Ok(Reply {
            status: answer.status().as_u16(),
            body,
        })
    }

    /// Sends one request that must be answered with that status.
    pub(super) fn expect(
        &self,
        status: u16,
        method: &str,
        path: &str,
        ask: Ask<'_>,
    ) -> Result<Value> {
        let reply = self.send(method, path, ask)?;
        if reply.status != status {
            bail!(
                "{method} {path} was answered {} in place of {status}: {}",
                reply.status,
                reply.body
            );
        }
        Ok(reply.body)
    }

    /// Logs in; the access token, or `None` when the address or the password is not known.
    pub(super) fn log_in(&self, who: &LogIn) -> Result<Option<String>> {
        let body = json!({ "email": who.email, "password": who.password });
        let reply = self.send("POST", "/v1/auth/login", Ask::json(&body))?;
        match reply.status {
            200 => Ok(Some(text(&reply.body, "access_token")?.to_owned())),
            401 => Ok(None),
            status => bail!("POST /v1/auth/login was answered {status}: {}", reply.body),
        }
    }

    /// Registers an account unless it exists, and logs in.
    pub(super) fn enter(&self, who: &LogIn, name: &str) -> Result<String> {
        if let Some(token) = self.log_in(who)? {
            return Ok(token);
        }
        let body = json!({ "email": who.email, "password": who.password, "name": name });
        self.expect(201, "POST", "/v1/customers", Ask::json(&body))?;
        self.log_in(who)?
            .with_context(|| format!("{} was registered but cannot log in", who.email))
    }
}

/// A text field of a reply.
pub(super) fn text<'a>(body: &'a Value, field: &str) -> Result<&'a str> {
    body[field]
        .as_str()
        .with_context(|| format!("a reply lacks `{field}`: {body}"))
}
