//! How a function runs: in Lambda or in a test's harness. Nothing here is generic.

use std::process::ExitCode;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use dynamo::Pending;
use kernel::Problem;
use lambda_http::request::LambdaRequest;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

use crate::{harness, http::Answer, log, platform::Platform};

/// What `main` returns.
pub type Exit = ExitCode;

/// One request and its answer.
pub(crate) type HttpHandler =
    Box<dyn Fn(ApiGatewayV2httpRequest) -> Pending<'static, Answer> + Send + Sync>;

/// One payload and its answer, with the time that is left for it in milliseconds since 1970.
pub(crate) type EventHandler =
    Box<dyn Fn(Value, i64) -> Pending<'static, Result<Value, Problem>> + Send + Sync>;

/// A function that has started.
pub(crate) enum Running {
    Http(HttpHandler),
    Event(EventHandler),
}

pub(crate) type Start =
    Box<dyn FnOnce(&'static Platform) -> Pending<'static, Result<Running, Problem>>>;

/// A function that has not started yet.
pub(crate) struct Entry {
    pub(crate) start: Start,
    #[cfg(debug_assertions)]
    pub(crate) describe: fn() -> Value,
}

impl Entry {
    /// What starts it, and what describes it: the latter in development builds alone, since the schemas that it
    /// speaks of would be a tenth of a released binary.
    pub(crate) fn new(start: Start, describe: fn() -> Value) -> Self {
        #[cfg(not(debug_assertions))]
        let _ = describe;
        Self {
            start,
            #[cfg(debug_assertions)]
            describe,
        }
    }
}

/// Runs a function until Lambda ends it.
pub(crate) fn run(entry: Entry) -> Exit {
    let entry = match harness::take(entry) {
        Ok(()) => return Exit::SUCCESS,
        Err(entry) => entry,
    };
    let served = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Problem::internal)
        .and_then(|runtime| runtime.block_on(serve(entry)));
    match served {
        Ok(()) => Exit::SUCCESS,
        Err(problem) => {
            log::line(&serde_json::json!({
                "level": "ERROR", "message": "the function did not start", "cause": problem.causes(),
            }));
            Exit::FAILURE
        }
    }
}

async fn serve(entry: Entry) -> Result<(), Problem> {
    let platform: &'static Platform = Box::leak(Box::new(Platform::from_env()?));
    log::init(platform);
    let ended = match (entry.start)(platform).await? {
        Running::Http(handle) => {
            let handle: &'static HttpHandler = Box::leak(Box::new(handle));
            // Not by `lambda_http::run`: it takes a request apart into a URL and its parts, which nobody asks for,
            // copies every header of an answer, and brings the text encodings of the last century.
            let service = service_fn(move |event: LambdaEvent<LambdaRequest>| {
                let trace = event.context.xray_trace_id;
                let answer = http_request(event.payload, trace.as_deref()).map(handle);
                async move { Ok::<_, String>(answer.map_err(|problem| problem.to_string())?.await) }
            });
            lambda_runtime::run(service).await
        }
        Running::Event(handle) => {
            let handle: &'static EventHandler = Box::leak(Box::new(handle));
            let service = service_fn(move |event: LambdaEvent<Value>| {
                let deadline = i64::try_from(event.context.deadline).unwrap_or(i64::MAX);
                let answer = handle(event.payload, deadline);
                // The cause is in the log; what Lambda shows of a failed invocation is the code alone.
                async move { answer.await.map_err(|problem| problem.to_string()) }
            });
            lambda_runtime::run(service).await
        }
    };
    ended.map_err(Problem::internal)
}

/// The request that API Gateway hands over, with the trace that Lambda has made this invocation a part of.
///
/// # Errors
/// When it is another gateway's.
pub(crate) fn http_request(
    event: LambdaRequest,
    trace: Option<&str>,
) -> Result<ApiGatewayV2httpRequest, Problem> {
    let LambdaRequest::ApiGatewayV2(mut request) = event else {
        return Err(Problem::internal("this is no request of an HTTP API"));
    };
    if let Some(trace) = trace.and_then(|trace| trace.parse().ok()) {
        request.headers.insert("x-amzn-trace-id", trace);
    }
    Ok(request)
}
