//! What happens around a handler, in order: size, caller, permission, idempotency; the handler, again after
//! contention; a replay, if the same request was done before; the answer and the log line. Not generic.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use aws_lambda_events::encodings::Body;
use contracts::Actor;
use dynamo::{Commands, Intent, Pending};
use http_types::{HeaderMap, Response};
use kernel::{Code, Problem, Reply, Rule, Timestamp};
use lambda_http::{RequestExt, request::RequestContext};
use sha2::{Digest, Sha256};

use super::{Handler, Incoming, Outcome};
use crate::{
    contention,
    log::{self, Facts},
    platform::Platform,
    runtime::{HttpHandler, Running},
    token::{Principal, Verifier},
};

/// A request without a limit of its own takes no body larger than this.
const BODY_LIMIT: usize = 64 * 1024;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Idempotency {
    Required,
    Optional,
    None,
}

struct Edge {
    platform: &'static Platform,
    handler: Handler,
    rule: Rule,
    idempotency: Idempotency,
    body_limit: usize,
    verifier: Verifier,
    commands: Commands,
    behind_cloudfront: bool,
    cold: AtomicBool,
}

pub(super) async fn start(
    platform: &'static Platform,
    handler: Handler,
) -> Result<Running, Problem> {
    let idempotency = match platform.optional("IDEMPOTENCY") {
        Some("required") => Idempotency::Required,
        Some("optional") => Idempotency::Optional,
        Some("none") | None => Idempotency::None,
        Some(other) => return Err(Problem::internal(format!("IDEMPOTENCY cannot be {other}"))),
    };
    let body_limit = match platform.optional("BODY_LIMIT") {
        Some(_) => platform.parsed("BODY_LIMIT")?,
        None => BODY_LIMIT,
    };
    let edge: &'static Edge = Box::leak(Box::new(Edge {
        platform,
        handler,
        // A function that does not know who may call it does not start.
        rule: platform.parsed("ALLOW")?,
        idempotency,
        body_limit,
        verifier: Verifier::new(
            platform.setting("JWT_KEYS")?,
            platform.setting("JWT_ISSUER")?,
        )?,
        commands: platform.commands(platform.service()),
        behind_cloudfront: platform.optional("CLIENT_IP_FROM") == Some("cloudfront"),
        cold: AtomicBool::new(true),
    }));
    // Lambda gives a starting function a whole core: the connection is opened then, not at the first request.
    if let Some(table) = platform.optional("WARM_UP") {
        let opening = platform.db.warm_up(platform.service(), table);
        let _ = tokio::time::timeout(Duration::from_secs(1), opening).await;
    }
    let handle: HttpHandler = Box::new(move |request| edge.answer(request));
    Ok(Running::Http(handle))
}

impl Edge {
    fn answer(&'static self, request: lambda_http::Request) -> Pending<'static, Response<Body>> {
        Box::pin(async move {
            let arrived = self.platform.clock.now();
            let request_id = request_id(&request, self.platform, arrived);
            let mut facts = Facts {
                request_id: request_id.clone(),
                subject: self.subject(&request),
                cold_start: self.cold.swap(false, Ordering::Relaxed),
                actor: "nobody".to_owned(),
                ..Facts::default()
            };
            let not_modified = request.headers().get("if-none-match").cloned();
            let is_read = matches!(request.method().as_str(), "GET" | "HEAD");

            let outcome = self.judge(request, arrived, request_id, &mut facts).await;
            let mut response = match outcome {
                Ok(reply) => {
                    let fresh = reply
                        .etag
                        .as_deref()
                        .is_some_and(|etag| is_read && matches_etag(not_modified.as_ref(), etag));
                    let mut response = respond(reply, fresh);
                    if is_read {
                        // Text is shown in the caller's languages, under one version in all of them.
                        set(response.headers_mut(), "vary", "accept-language");
                    }
                    response
                }
                Err(problem) => {
                    facts.error_code = Some(problem.code().name());
                    facts.cause = Some(problem.causes());
                    refuse(&problem, &facts.request_id)
                }
            };
            set(response.headers_mut(), "x-request-id", &facts.request_id);
            facts.status = response.status().as_u16();
            let took = self.platform.clock.now().since(arrived);
            facts.duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            log::invocation(self.platform, facts);
            response
        })
    }

    fn subject(&self, request: &lambda_http::Request) -> String {
        // The route, not the path: paths hold ids, and metrics by id are no metrics.
        match self.platform.optional("ROUTE") {
            Some(route) => route.to_owned(),
            None => request.method().to_string(),
        }
    }

    async fn judge(
        &self,
        request: lambda_http::Request,
        now: Timestamp,
        request_id: String,
        facts: &mut Facts,
    ) -> Outcome<()> {
        let incoming = self.read(request, now, request_id)?;
        facts.actor.clone_from(&incoming.intent.actor.id);
        facts
            .correlation_id
            .clone_from(&incoming.intent.correlation_id);
        facts.trace_id = incoming.intent.traceparent.as_deref().and_then(trace_id);
        self.allow(incoming.principal.as_ref())?;
        let keyed = self.keyed(&incoming)?;

        let incoming = Arc::new(incoming);
        let run = || (self.handler)(Arc::clone(&incoming));
        let outcome = contention::decide(self.platform, &run).await;
        match outcome {
            // What the request is about may be gone because this very request was done before.
            Err(problem) if keyed && !problem.is_ours() => {
                match self.commands.replay(&incoming.intent).await? {
                    Some(reply) => Ok(reply),
                    None if problem.is_contention() => Err(Code::IdempotencyInFlight.into()),
                    None => Err(problem),
                }
            }
            outcome => outcome,
        }
    }

    fn read(
        &self,
        request: lambda_http::Request,
        now: Timestamp,
        request_id: String,
    ) -> Result<Incoming, Problem> {
        let client_ip = self.client_ip(&request);
        let path_parameters = request
            .path_parameters_ref()
            .map(|parameters| {
                parameters
                    .iter()
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect()
            })
            .unwrap_or_default();
        let (parts, body) = request.into_parts();
        let body = match body {
            Body::Text(text) => text.into_bytes(),
            Body::Binary(bytes) => bytes,
            _ => Vec::new(),
        };
        if body.len() > self.body_limit {
            return Err(Problem::new(Code::PayloadTooLarge)
                .detail(format!("It takes at most {} bytes.", self.body_limit)));
        }
        let principal = self.authenticate(&parts.headers, now)?;
        let (method, path) = (parts.method.to_string(), parts.uri.path().to_owned());
        let query = parts.uri.query().unwrap_or_default().to_owned();

        // With the stage's key: a body may hold a password, and what a record keeps of a request must be no
        // quick way to guess it.
        let key = self.platform.optional("CURSOR_KEY").unwrap_or_default();
        // A guest is known by its cart alone: two of them may well send the same.
        let guest = parts.headers.get("x-cart-token");
        let guest = guest.filter(|_| principal.is_none());
        let guest = guest.map_or(&[][..], |token| token.as_bytes());
        let parts_of_it = [key, &method, &path, &query].map(str::as_bytes);
        let mut hash = Sha256::new();
        for part in parts_of_it.into_iter().chain([guest, body.as_slice()]) {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        let hash = hash
            .finalize()
            .iter()
            .fold(String::new(), |mut text, byte| {
                use std::fmt::Write;
                let _ = write!(text, "{byte:02x}");
                text
            });
        let header = |name: &str| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        // A caller without an account is told apart by what it sends, so that nobody fetches another's reply.
        let caller = match &principal {
            Some(caller) => caller.customer.to_string(),
            None => format!("anonymous-{}", &hash[..32]),
        };
        let intent = Intent {
            scope: format!("{caller}:{}", self.platform.function()),
            // Where no key is taken, one that is sent says nothing: two log-ins are two.
            key: header("idempotency-key")
                .filter(|_| self.idempotency != Idempotency::None)
                .unwrap_or(&request_id)
                .to_owned(),
            request_hash: Some(hash),
            actor: principal
                .as_ref()
                .map_or_else(Actor::guest, |caller| Actor::customer(caller.customer)),
            correlation_id: header("x-correlation-id")
                .filter(|id| is_token(id))
                .unwrap_or(&request_id)
                .to_owned(),
            causation_id: request_id.clone(),
            traceparent: traceparent(header("traceparent"), header("x-amzn-trace-id")),
            now,
            ids: self.platform.ids.clone(),
        };
        Ok(Incoming {
            platform: self.platform,
            now,
            request_id,
            rule: self.rule,
            method,
            path,
            path_parameters,
            query,
            headers: parts.headers,
            body,
            client_ip,
            principal,
            intent,
        })
    }

    /// The principal of the bearer token (RFC 6750 §2.1), if one is sent. A token that is sent must be valid,
    /// even where none is needed: who thinks to be someone must not be treated as no one.
    fn authenticate(
        &self,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<Option<Principal>, Problem> {
        let mut sent = headers.get_all("authorization").iter();
        let Some(header) = sent.next() else {
            return Ok(None);
        };
        let refused = || Problem::new(Code::Unauthenticated);
        if sent.next().is_some() {
            return Err(refused());
        }
        let text = header.to_str().map_err(|_| refused())?;
        let (scheme, token) = text.split_once(' ').ok_or_else(refused)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(refused());
        }
        self.verifier.verify(token.trim(), now).map(Some)
    }

    fn allow(&self, principal: Option<&Principal>) -> Result<(), Problem> {
        let Rule::Allow(permission, scope) = self.rule else {
            return Ok(());
        };
        let principal = principal.ok_or(Code::Unauthenticated)?;
        if kernel::permission::Grant::of(&principal.roles, permission).covers(scope) {
            Ok(())
        } else {
            Err(Code::Forbidden.into())
        }
    }

    /// Whether the request has a key of its caller's, if the route takes one.
    fn keyed(&self, incoming: &Incoming) -> Result<bool, Problem> {
        if self.idempotency == Idempotency::None {
            return Ok(false);
        }
        let Some(key) = incoming.headers.get("idempotency-key") else {
            return match self.idempotency {
                Idempotency::Required => Err(Code::IdempotencyKeyRequired.into()),
                _ => Ok(false),
            };
        };
        let printable = |key: &[u8]| key.iter().all(|b| (0x20..0x7f).contains(b));
        let bytes = key.as_bytes();
        if (1..=255).contains(&bytes.len()) && printable(bytes) {
            Ok(true)
        } else {
            Err(Code::InvalidIdempotencyKey.into())
        }
    }

    /// Who is at the other end. X-Forwarded-For is what anyone cares to send; CloudFront's own header is not,
    /// and counts only where CloudFront stands in front (a stage parameter).
    fn client_ip(&self, request: &lambda_http::Request) -> String {
        if self.behind_cloudfront {
            // `address:port`; IPv6 addresses have colons of their own.
            let viewer = request.headers().get("cloudfront-viewer-address");
            let viewer = viewer
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default();
            return viewer
                .rsplit_once(':')
                .map_or(viewer, |(address, _)| address)
                .to_owned();
        }
        match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => {
                context.http.source_ip.clone().unwrap_or_default()
            }
            _ => String::new(),
        }
    }
}

/// The gateway's id of the request, or one of our own where the gateway gives none.
fn request_id(request: &lambda_http::Request, platform: &Platform, now: Timestamp) -> String {
    let given = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
        _ => None,
    };
    given
        .filter(|id| !id.is_empty())
        .unwrap_or_else(|| platform.ids.fresh::<kernel::EventId>(now).to_string())
}

/// The W3C form of the trace that the request belongs to: its own, or X-Ray's turned into it.
fn traceparent(own: Option<&str>, xray: Option<&str>) -> Option<String> {
    let hex = |text: &str, length| {
        text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    if let Some(own) = own {
        let parts: Vec<&str> = own.split('-').collect();
        if let [version, trace, span, flags] = parts[..]
            && hex(version, 2)
            && hex(trace, 32)
            && hex(span, 16)
            && hex(flags, 2)
            // Trace Context §2.2.2: neither this version nor ids of zeros alone are any.
            && version != "ff"
            && [trace, span].iter().all(|id| id.bytes().any(|b| b != b'0'))
        {
            return Some(own.to_owned());
        }
    }
    // Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1
    let field = |name: &str| {
        xray?
            .split(';')
            .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
    };
    let root = field("Root")?.strip_prefix("1-")?.replace('-', "");
    let parent = field("Parent").unwrap_or("0000000000000001");
    let sampled = if field("Sampled") == Some("1") {
        "01"
    } else {
        "00"
    };
    (hex(&root, 32) && hex(parent, 16)).then(|| format!("00-{root}-{parent}-{sampled}"))
}

fn trace_id(traceparent: &str) -> Option<String> {
    traceparent.split('-').nth(1).map(str::to_owned)
}

fn is_token(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn matches_etag(sent: Option<&http_types::HeaderValue>, etag: &str) -> bool {
    let Some(sent) = sent.and_then(|value| value.to_str().ok()) else {
        return false;
    };
    // A weak comparison (RFC 9110 §13.1.2).
    let matches = |tag: &str| tag == "*" || tag.trim_start_matches("W/") == etag;
    sent.split(',').map(str::trim).any(matches)
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    // What cannot be a header's value is left out: no answer fails because of a header.
    if let Ok(value) = value.parse() {
        headers.insert(name, value);
    }
}

fn respond(reply: Reply<()>, not_modified: bool) -> Response<Body> {
    let (status, body) = if not_modified {
        (304, Vec::new())
    } else {
        (reply.status, reply.body)
    };
    let mut response = Response::new(match String::from_utf8(body) {
        Ok(text) if text.is_empty() => Body::Empty,
        Ok(text) => Body::Text(text),
        Err(bytes) => Body::Binary(bytes.into_bytes()),
    });
    *response.status_mut() = http_types::StatusCode::from_u16(status).unwrap_or_default();
    let headers = response.headers_mut();
    if let Some(content_type) = reply.content_type.filter(|_| !not_modified) {
        set(headers, "content-type", &content_type);
    }
    reply
        .etag
        .iter()
        .for_each(|etag| set(headers, "etag", etag));
    reply
        .location
        .iter()
        .for_each(|location| set(headers, "location", location));
    if reply.replayed {
        set(headers, "idempotency-replayed", "true");
    }
    secure(headers);
    response
}

fn refuse(problem: &Problem, request_id: &str) -> Response<Body> {
    let body = serde_json::to_string(&problem.body(request_id)).unwrap_or_default();
    let mut response = Response::new(Body::Text(body));
    *response.status_mut() =
        http_types::StatusCode::from_u16(problem.code().status()).unwrap_or_default();
    let headers = response.headers_mut();
    set(headers, "content-type", "application/problem+json");
    match problem.code() {
        // RFC 9110 §15.5.2: every 401 says how to authenticate.
        code if code.status() == 401 => set(headers, "www-authenticate", "Bearer"),
        Code::Unavailable | Code::IdempotencyInFlight => set(headers, "retry-after", "1"),
        Code::MethodNotAllowed => {
            if let Some(allowed) = problem.allowed() {
                set(headers, "allow", allowed);
            }
        }
        _ => {}
    }
    secure(headers);
    response
}

/// What every answer carries (OWASP's REST security cheat sheet): the types are what they say, nothing is
/// framed, and what belongs to a caller stays out of shared caches.
fn secure(headers: &mut HeaderMap) {
    set(headers, "x-content-type-options", "nosniff");
    set(headers, "x-frame-options", "DENY");
    set(headers, "referrer-policy", "no-referrer");
    set(
        headers,
        "strict-transport-security",
        "max-age=63072000; includeSubDomains",
    );
    if !headers.contains_key("cache-control") {
        let kept = if headers.contains_key("etag") {
            "private, no-cache"
        } else {
            "no-store"
        };
        set(headers, "cache-control", kept);
    }
}
