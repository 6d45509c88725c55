//! What happens around a handler, in order: size, caller, permission, key, rate; the handler, again after
//! contention; a replay, if the same request was done before; the answer and the log line. Not generic.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use base64::{Engine, engine::general_purpose::STANDARD};
use contracts::Actor;
use dynamo::{Commands, Intent, Pending};
use futures_util::future::join;
use http_types::{HeaderMap, HeaderValue, Method};
use kernel::{Code, Problem, Rule, Timestamp};
use sha2::{Digest, Sha256};

use super::{
    Answer, Handler, Incoming, Outcome,
    limit::{Limiter, Told},
};
use crate::{
    api_key::{self, ApiKeys},
    contention,
    log::{self, Facts},
    platform::Platform,
    revocation::Revocations,
    runtime::{HttpHandler, Running},
    token::{Principal, SecondFactor, Shown, Verifier},
};

/// A request without a limit of its own takes no body larger than this.
const BODY_LIMIT: usize = 64 * 1024;
/// What marks every answer to a token that someone bears in another's name: who that is.
const IMPERSONATED_BY: &str = "souk-impersonated-by";
/// How long a second factor counts as just given, for what asks for one.
const STEPPED_UP_FOR: Duration = Duration::from_mins(10);

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
    revocations: Revocations,
    api_keys: ApiKeys,
    /// Whether it asks for a second factor that was just given.
    step_up: bool,
    /// Whether that holds for accounts without a second factor too.
    second_factor_required: bool,
    commands: Commands,
    limiter: Option<Limiter>,
    /// The header that says the client's address, where something of ours stands in front and writes it.
    address_from: Option<&'static str>,
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
        revocations: Revocations::new(&platform.db),
        api_keys: ApiKeys::new(&platform.db),
        step_up: platform.optional("STEP_UP") == Some("true"),
        second_factor_required: platform.optional("SECOND_FACTOR") == Some("required"),
        commands: platform.commands(platform.service()),
        limiter: Limiter::of(platform)?,
        address_from: match platform.optional("CLIENT_IP_FROM") {
            Some("cloudfront") => Some("cloudfront-viewer-address"),
            Some("front") => Some("x-viewer-address"),
            _ => None,
        },
        cold: AtomicBool::new(true),
    }));
    // What fails here is done by the first request.
    let warm_up = async {
        if edge.rule != Rule::Public {
            let _ = edge.revocations.read(platform.clock.now()).await;
        } else if platform.optional("WARM_UP") == Some("dynamodb") {
            platform.warm_up().await;
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(1), warm_up).await;
    let handle: HttpHandler = Box::new(move |request| edge.answer(request));
    Ok(Running::Http(handle))
}

impl Edge {
    fn answer(&'static self, request: ApiGatewayV2httpRequest) -> Pending<'static, Answer> {
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
            let not_modified = request.headers.get("if-none-match").cloned();
            let is_read = is_read(&request.request_context.http.method);

            let mut told = None;
            let judged = self.judge(request, arrived, request_id, &mut facts, &mut told);
            let outcome = judged.await;
            let mut answer = match outcome {
                Ok(mut reply) => {
                    if facts.impersonator.is_some() {
                        // What was seen in another's name is kept nowhere.
                        reply.etag = None;
                    }
                    let fresh = reply
                        .etag
                        .as_deref()
                        .is_some_and(|etag| is_read && matches_etag(not_modified.as_ref(), etag));
                    let mut answer = Answer::reply(reply, fresh);
                    if is_read {
                        // Text is shown in the caller's languages, under one version in all of them.
                        answer.set("vary", "accept-language");
                    }
                    answer
                }
                Err(problem) => {
                    facts.error_code = Some(problem.code().name());
                    facts.cause = Some(problem.causes());
                    Answer::refusal(&problem, &facts.request_id)
                }
            };
            if let Some(told) = told {
                told.say(&mut answer);
            }
            facts.status = answer.status;
            let took = self.platform.clock.now().since(arrived);
            facts.duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            log::invocation(self.platform, &facts);
            if let Some(admin) = facts.impersonator {
                answer.set(IMPERSONATED_BY, admin);
            }
            answer.set("x-request-id", facts.request_id);
            answer
        })
    }

    fn subject(&'static self, request: &ApiGatewayV2httpRequest) -> Cow<'static, str> {
        // The route, not the path: paths hold ids, and metrics by id are no metrics.
        match self.platform.optional("ROUTE") {
            Some(route) => route.into(),
            None => request.request_context.http.method.to_string().into(),
        }
    }

    async fn judge(
        &self,
        request: ApiGatewayV2httpRequest,
        now: Timestamp,
        request_id: String,
        facts: &mut Facts,
        told: &mut Option<Told>,
    ) -> Outcome<()> {
        let incoming = self.read(request, now, request_id).await?;
        facts.actor.clone_from(&incoming.intent.actor.id);
        facts.impersonator = incoming.impersonator().map(|admin| admin.to_string());
        facts
            .correlation_id
            .clone_from(&incoming.intent.correlation_id);
        facts.trace_id = incoming.intent.traceparent.as_deref().and_then(trace_id);
        if let Err(problem) = self.current(incoming.principal.as_ref(), now).await {
            // What ended the token may be this very request, done before: then its answer is the caller's.
            let replay = match self.keyed(&incoming) {
                Ok(true) if facts.impersonator.is_none() => {
                    self.commands.replay(&incoming.intent).await?
                }
                _ => None,
            };
            return replay.ok_or(problem);
        }
        self.allow(incoming.principal.as_ref(), &incoming.method, now)?;
        let keyed = self.keyed(&incoming)?;
        if let Some(limiter) = &self.limiter {
            limiter.admit(&incoming, told).await?;
        }

        let incoming = Arc::new(incoming);
        let run = || (self.handler)(Arc::clone(&incoming));
        let decided = contention::decide(self.platform, &run);
        let outcome = match incoming.principal() {
            // Beside the work, so that it does not wait.
            Some(caller) => join(decided, self.api_keys.note(caller, now)).await.0,
            None => decided.await,
        };
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

    async fn read(
        &self,
        request: ApiGatewayV2httpRequest,
        now: Timestamp,
        request_id: String,
    ) -> Result<Incoming, Problem> {
        let client_ip = self.client_ip(&request);
        let body = request.body.unwrap_or_default();
        let body = if request.is_base64_encoded {
            STANDARD.decode(body).map_err(|_| Code::InvalidJson)?
        } else {
            body.into_bytes()
        };
        if body.len() > self.body_limit {
            return Err(Problem::new(Code::PayloadTooLarge)
                .detail(format!("It takes at most {} bytes.", self.body_limit)));
        }
        let headers = request.headers;
        let principal = self.authenticate(&headers, &client_ip, now).await?;
        let is_read = is_read(&request.request_context.http.method);
        let method = request.request_context.http.method.to_string();
        let path = request.raw_path.unwrap_or_default();
        let query = request.raw_query_string.unwrap_or_default();

        // A guest is known by its cart alone, or by the link to its order: two of them may well send the same, and
        // who has no link must not meet the answer to one who has. A customer who brings another cart asks for
        // something else.
        let sent = |name: &str| headers.get(name).map_or(&[][..], |token| token.as_bytes());
        let (cart, link) = (sent("x-cart-token"), sent("x-order-token"));
        // Reading leaves nothing behind that a second request could be compared with.
        let hash = (!is_read).then(|| {
            self.fingerprint(&[
                method.as_bytes(),
                path.as_bytes(),
                query.as_bytes(),
                cart,
                link,
                &body,
            ])
        });
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        // A caller without an account is told apart by what it sends, so that nobody fetches another's reply.
        let function = self.platform.function();
        let scope = match (&principal, &hash) {
            // A key's requests are not its owner's: what the owner was answered is not for the key.
            (Some(caller), _) => match caller.shown {
                Shown::Session(_) => format!("{}:{function}", caller.customer),
                Shown::ApiKey(key) => format!("{key}:{function}"),
            },
            (None, Some(hash)) => format!("anonymous-{}:{function}", &hash[..32]),
            (None, None) => String::new(),
        };
        let intent = Intent {
            scope,
            // Where no key is taken, one that is sent says nothing: two log-ins are two.
            key: header("idempotency-key")
                .filter(|_| self.idempotency != Idempotency::None)
                .unwrap_or(&request_id)
                .to_owned(),
            request_hash: hash,
            actor: match &principal {
                None => Actor::guest(),
                Some(caller) => match caller.shown {
                    Shown::Session(_) => Actor::customer(caller.customer),
                    Shown::ApiKey(key) => Actor::api_key(key),
                },
            },
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
            path_parameters: request.path_parameters,
            query,
            headers,
            body,
            client_ip,
            principal,
            intent,
        })
    }

    /// A digest of all that makes a request what it is, with the stage's key: a body may hold a password, and what
    /// a record keeps of a request must be no quick way to guess it.
    fn fingerprint(&self, parts: &[&[u8]]) -> String {
        let key = self.platform.optional("CURSOR_KEY").unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [key.as_bytes()].iter().chain(parts) {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        hash.finalize()
            .iter()
            .fold(String::new(), |mut text, byte| {
                use std::fmt::Write;
                let _ = write!(text, "{byte:02x}");
                text
            })
    }

    /// The principal of the bearer token (RFC 6750 §2.1), an access token or an API key, if one is sent. What is sent
    /// must be valid, even where nothing is needed: who thinks to be someone must not be treated as no one.
    async fn authenticate(
        &self,
        headers: &HeaderMap,
        client_ip: &str,
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
        let token = token.trim();
        if api_key::is_key(token) {
            if !self.is_for_keys() && api_key::has_form(token) {
                // Whether it is a good one is nobody's question here.
                return Err(Code::PersonRequired.into());
            }
            let caller = self.api_keys.principal(token, client_ip, now);
            return caller.await.map(Some);
        }
        self.verifier.verify(token, now).map(Some)
    }

    /// Refuses a principal whose token was revoked.
    async fn current(&self, caller: Option<&Principal>, now: Timestamp) -> Result<(), Problem> {
        match caller {
            // What is known of a key is never old.
            Some(caller) if caller.api_key().is_none() => self.revocations.check(caller, now).await,
            _ => Ok(()),
        }
    }

    fn allow(
        &self,
        principal: Option<&Principal>,
        method: &str,
        now: Timestamp,
    ) -> Result<(), Problem> {
        // Who acts in another's name may look, whatever the route.
        let looks_on = principal.is_some_and(|caller| caller.impersonator.is_some());
        if looks_on && !matches!(method, "GET" | "HEAD") {
            return Err(Problem::new(Code::Forbidden).detail("Whoever impersonates may only look."));
        }
        let Rule::Allow(permission, scope) = self.rule else {
            return Ok(());
        };
        let principal = principal.ok_or(Code::Unauthenticated)?;
        if !principal.grant(permission).covers(scope) {
            return Err(Code::Forbidden.into());
        }
        // What asks for more proof of the caller asks it of nobody else.
        if self.step_up && looks_on {
            return Err(Code::Forbidden.into());
        }
        if self.step_up && !self.has_stepped_up(principal.second_factor, now) {
            return Err(Code::StepUpRequired.into());
        }
        Ok(())
    }

    /// Whether an API key can open it. A key shows no second factor, so it is never asked for one.
    fn is_for_keys(&self) -> bool {
        match self.rule {
            Rule::Public => true,
            Rule::Allow(permission, _) => !permission.is_in_person() && !self.step_up,
        }
    }

    fn has_stepped_up(&self, second_factor: SecondFactor, now: Timestamp) -> bool {
        match second_factor {
            SecondFactor::Given(at) => now.since(at) <= STEPPED_UP_FOR,
            SecondFactor::Enrolled => false,
            SecondFactor::None => !self.second_factor_required,
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

    /// Who is at the other end. X-Forwarded-For is what anyone cares to send; what stands in front of the gateway
    /// writes over what was sent, and counts only where it stands there (a stage parameter).
    fn client_ip(&self, request: &ApiGatewayV2httpRequest) -> String {
        if let Some(name) = self.address_from {
            let viewer = request.headers.get(name);
            let viewer = viewer
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default();
            // CloudFront's own header says `address:port`; IPv6 addresses have colons of their own.
            let (address, _) = viewer.rsplit_once(':').unwrap_or((viewer, ""));
            let has_port = name == "cloudfront-viewer-address";
            return if has_port { address } else { viewer }.to_owned();
        }
        let context = &request.request_context.http;
        context.source_ip.clone().unwrap_or_default()
    }
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// The gateway's id of the request, or one of our own where the gateway gives none.
fn request_id(request: &ApiGatewayV2httpRequest, platform: &Platform, now: Timestamp) -> String {
    let given = request.request_context.request_id.clone();
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

fn matches_etag(sent: Option<&HeaderValue>, etag: &str) -> bool {
    let Some(sent) = sent.and_then(|value| value.to_str().ok()) else {
        return false;
    };
    // A weak comparison (RFC 9110 §13.1.2).
    let matches = |tag: &str| tag == "*" || tag.trim_start_matches("W/") == etag;
    sent.split(',').map(str::trim).any(matches)
}
