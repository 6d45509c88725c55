//! The marketplace as a client sees it.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde_json::Value;
use ureq::{Agent, http};

/// How long a story waits for a fact before it fails.
const PATIENCE: Duration = Duration::from_secs(90);

/// Waits until `fact` is there. A story never sleeps to let things happen: it waits for what must be.
#[track_caller]
pub fn until<T>(what: &str, fact: impl FnMut() -> Option<T>) -> T {
    patiently(PATIENCE, what, fact)
}

/// The same with a patience of one's own.
#[track_caller]
pub(crate) fn patiently<T>(
    patience: Duration,
    what: &str,
    mut fact: impl FnMut() -> Option<T>,
) -> T {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(100);
    loop {
        if let Some(found) = fact() {
            return found;
        }
        assert!(
            begun.elapsed() < patience,
            "waited {patience:?} in vain until {what}"
        );
        // Who asks all the time keeps the platform from what is waited for.
        thread::sleep(pause);
        pause = (pause * 3 / 2).min(Duration::from_secs(1));
    }
}

/// A connection to the running platform.
#[derive(Clone)]
pub struct Shop {
    agent: Agent,
    pub(crate) platform: Value,
}

/// An answer of the marketplace.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }

    /// That it is refused as a problem with this code, and in its form.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        let body = self.expect(status);
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["status"], status);
        assert!(
            body["request_id"].is_string() && body["title"].is_string(),
            "{body}"
        );
    }
}

/// A request in the making.
pub struct Call<'a> {
    shop: &'a Shop,
    method: &'a str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Call<'_> {
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    /// Sends it and waits for the answer, whatever it is.
    #[track_caller]
    pub fn send(self) -> Answer {
        let base = self.shop.platform["api"].as_str().unwrap_or_default();
        let mut request = http::Request::builder()
            .method(self.method)
            .uri(format!("{base}{}", self.path));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(self.body).expect("a request that can be sent");
        let mut response = self.shop.agent.run(request).expect("the platform answers");
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response
                .body_mut()
                .read_to_string()
                .expect("an answer of text"),
        }
    }
}

impl Shop {
    /// The platform that `make up` has started.
    ///
    /// # Panics
    /// If it has not.
    #[track_caller]
    pub fn open() -> Self {
        let text = std::fs::read_to_string(root().join(".local/platform.json"))
            .expect("no .local/platform.json: start the platform with `make up`");
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_idle_connections_per_host(16)
            .timeout_global(Some(Duration::from_mins(1)))
            .build()
            .new_agent();
        Self {
            agent,
            platform: serde_json::from_str(&text).expect("platform.json is JSON"),
        }
    }

    pub fn call<'a>(&'a self, method: &'a str, path: impl Into<String>) -> Call<'a> {
        Call {
            shop: self,
            method,
            path: path.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub fn get(&self, path: impl Into<String>) -> Call<'_> {
        self.call("GET", path)
    }

    pub fn post(&self, path: impl Into<String>) -> Call<'_> {
        self.call("POST", path)
    }

    /// Posts a form of parts to any address, and returns the status.
    pub fn post_form(&self, url: &str, boundary: &str, form: Vec<u8>) -> u16 {
        let request = http::Request::post(url)
            .header(
                "content-type",
                format!("multipart/form-data; boundary={boundary}"),
            )
            .body(form)
            .expect("a form that can be sent");
        self.agent
            .run(request)
            .expect("the storage answers")
            .status()
            .as_u16()
    }

    /// A word that no other test has used, on this platform or in this run.
    pub fn unique(&self) -> String {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let nanos = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_nanos());
        // Stories run in processes of their own, and two clocks may well say the same.
        let process = std::process::id();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        format!("{nanos:x}{process:08x}{count:x}")
    }
}

/// The repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where the API listens, and the path that everything of it begins with.
pub fn address(shop: &Shop) -> (String, String) {
    let api = shop.platform["api"].as_str().unwrap_or_default();
    let rest = api.split_once("://").map_or(api, |(_, rest)| rest);
    let (authority, base) = rest.split_once('/').unwrap_or((rest, ""));
    let base = base.trim_end_matches('/');
    let base = if base.is_empty() {
        String::new()
    } else {
        format!("/{base}")
    };
    (authority.to_owned(), base)
}
