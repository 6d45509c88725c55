//! A request as a client would send it, and the answer it gets.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

/// A request.
#[derive(Debug, Clone)]
pub struct Ask {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    headers: Map<String, Value>,
    body: Option<Vec<u8>>,
    address: String,
}

impl Ask {
    /// A request of any method. The path may have a query.
    pub fn new(method: &str, path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Map::new(),
            body: None,
            address: "192.0.2.1".to_owned(),
        }
    }

    /// `GET`.
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// `POST`.
    pub fn post(path: &str) -> Self {
        Self::new("POST", path)
    }

    /// With a bearer token.
    pub fn by(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With an Idempotency-Key.
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.into());
        self
    }

    /// With a header that is sent once more: what a gateway does not join.
    pub fn again(mut self, name: &str, value: &str) -> Self {
        let sent = self.headers.remove(name).unwrap_or_default();
        self.headers.insert(name.to_owned(), json!([sent, value]));
        self
    }

    /// From another address.
    pub fn from(mut self, address: &str) -> Self {
        address.clone_into(&mut self.address);
        self
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// With any body.
    pub fn body(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let mut with = self.header("content-type", content_type);
        with.body = Some(body.into());
        with
    }

    /// Its body, where that is text.
    pub fn text(&self) -> &str {
        let body = self.body.as_deref().unwrap_or_default();
        std::str::from_utf8(body).unwrap_or_default()
    }

    /// The payload that API Gateway makes of it (format 2.0), for the function of this route.
    pub(crate) fn payload(&self, route: &str, request_id: &str) -> Value {
        let template = route.split_once(' ').map_or("", |(_, path)| path);
        let given = template.split('/').zip(self.path.split('/'));
        let parameters: Map<String, Value> = given
            .filter_map(|(name, value)| {
                let name = name.strip_prefix('{')?.strip_suffix('}')?;
                Some((name.to_owned(), value.into()))
            })
            .collect();
        // The gateway encodes every body that is not declared to be text.
        let body = self.body.as_ref().map(|body| STANDARD.encode(body));
        json!({
            "version": "2.0",
            "routeKey": route,
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": self.headers,
            "pathParameters": (!parameters.is_empty()).then_some(parameters),
            "requestContext": {
                "accountId": "000000000000", "apiId": "souk", "domainName": "souk.test", "domainPrefix": "souk",
                "http": {
                    "method": self.method, "path": self.path, "protocol": "HTTP/1.1",
                    "sourceIp": self.address, "userAgent": "testkit",
                },
                "requestId": request_id, "routeKey": route, "stage": "$default",
                "time": "01/Jan/2026:00:00:00 +0000", "timeEpoch": 1_767_225_600_000_u64,
            },
            "body": body,
            "isBase64Encoded": body.is_some(),
        })
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, their names in lower case.
    pub headers: Value,
    /// The body as it was sent.
    pub text: String,
    /// The body as JSON, null where it is none.
    pub body: Value,
}

impl Answer {
    pub(crate) fn read(answer: &Value) -> Self {
        let text = answer["body"].as_str().unwrap_or_default().to_owned();
        let status = answer["statusCode"].as_u64().unwrap_or_default();
        Self {
            status: u16::try_from(status).unwrap_or_default(),
            headers: answer["headers"].clone(),
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    }

    /// The `code` of a problem, empty where there is none.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// A header, empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].as_str().unwrap_or_default()
    }
}
