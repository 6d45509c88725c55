//! Refusals: one schema, and one response a status that lists its codes.

use std::collections::BTreeMap;

use kernel::Code;
use serde_json::{Value, json};

use crate::manifest::{Idempotency, Route};
use crate::map;
use crate::node::Node;
use crate::plan::Planned;

use super::reference_to;
use crate::describe::Description;

/// The schema of a problem. It is open, as RFC 9457 asks for.
pub(super) fn schema() -> Value {
    json!({
        "title": "Problem",
        "description": "Why a request was refused (RFC 9457). Decide by `code`; the texts are for people.",
        "type": "object",
        "required": ["type", "title", "status", "code", "request_id"],
        "properties": {
            "type": { "type": "string", "description": "The code as a URN." },
            "title": { "type": "string", "description": "A sentence, the same for every occurrence of the code." },
            "status": { "type": "integer", "description": "The HTTP status." },
            "code": {
                "type": "string",
                "description": "The stable code.",
                "enum": Code::ALL.iter().map(|code| code.name()).collect::<Vec<_>>(),
            },
            "detail": { "type": "string", "description": "What is special about this occurrence." },
            "request_id": { "type": "string", "description": "What to tell support." },
            "errors": {
                "type": "array",
                "description": "The wrong values, each with its place.",
                "items": {
                    "type": "object",
                    "required": ["pointer", "detail"],
                    "properties": {
                        "pointer": { "type": "string", "description": "A JSON pointer into the body, or a parameter's name." },
                        "detail": { "type": "string", "description": "What is wrong with it." },
                    },
                },
            },
        },
    })
}

/// The responses that any endpoint may give.
pub(super) fn responses(problem: &str) -> Node {
    map! {
        "Internal" => response(problem, &[Code::Internal]),
        "Unavailable" => response(problem, &[Code::Unavailable]),
        "TooManyRequests" => map! {
            "description" => "`too_many_requests`: Too many requests; try again later. The gateway's own refusal has no code.",
            "headers" => map! {
                "Retry-After" => map! { "schema" => map! { "type" => "integer" } },
                "RateLimit" => map! { "$ref" => "#/components/headers/RateLimit" },
                "RateLimit-Policy" => map! { "$ref" => "#/components/headers/RateLimitPolicy" },
            },
            "content" => map! {
                "application/json" => map! { "schema" => map! { "type" => "object" } },
                "application/problem+json" => map! { "schema" => reference_to(problem) },
            },
        },
    }
}

/// The refusals of an operation, by status: those its handler names, and those of the edge before it.
pub(super) fn of(
    function: &Planned<'_>,
    route: &Route,
    description: &Description,
    codes: &[String],
    problem: &str,
) -> Vec<(String, Node)> {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    let named = Code::ALL
        .iter()
        .filter(|code| codes.iter().any(|name| name == code.name()));
    for code in named
        .copied()
        .chain(of_the_edge(function, route, description))
    {
        let codes = by_status.entry(code.status()).or_default();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    let mut responses: Vec<_> = by_status
        .iter()
        .map(|(status, codes)| (status.to_string(), response(problem, codes)))
        .collect();
    for (status, name) in [
        ("429", "TooManyRequests"),
        ("500", "Internal"),
        ("503", "Unavailable"),
    ] {
        if !responses.iter().any(|(there, _)| there == status) {
            responses.push((
                status.to_owned(),
                map! { "$ref" => format!("#/components/responses/{name}") },
            ));
        }
    }
    responses.sort_by(|one, other| one.0.cmp(&other.0));
    responses
}

/// What is refused before the handler sees a request.
fn of_the_edge(function: &Planned<'_>, route: &Route, description: &Description) -> Vec<Code> {
    let mut codes = vec![
        Code::InvalidParameter,
        Code::Unauthenticated,
        Code::PayloadTooLarge,
    ];
    if function.entry.allow.as_deref() != Some("public") {
        codes.push(Code::Forbidden);
    }
    if !function.is_for_keys() {
        codes.push(Code::PersonRequired);
    }
    if function.entry.step_up {
        codes.push(Code::StepUpRequired);
    }
    if description.input.body.is_some() || !description.input.content_types.is_empty() {
        codes.extend([
            Code::InvalidJson,
            Code::ValidationFailed,
            Code::UnsupportedMediaType,
        ]);
    }
    if description.input.query.is_some() || !route.parameters().is_empty() {
        codes.push(Code::InvalidParameter);
    }
    if description
        .input
        .query
        .as_ref()
        .is_some_and(|query| query.pointer("/properties/cursor").is_some())
    {
        codes.push(Code::InvalidCursor);
    }
    match function.idempotency() {
        Idempotency::None => {}
        Idempotency::Optional => codes.extend(idempotency()),
        Idempotency::Required => {
            codes.push(Code::IdempotencyKeyRequired);
            codes.extend(idempotency());
        }
    }
    if function.entry.if_match {
        codes.extend([Code::PreconditionFailed, Code::PreconditionRequired]);
    }
    codes
}

fn idempotency() -> [Code; 4] {
    [
        Code::InvalidIdempotencyKey,
        Code::IdempotencyInFlight,
        Code::IdempotencyKeyReused,
        Code::Conflict,
    ]
}

fn response(problem: &str, codes: &[Code]) -> Node {
    let lines: Vec<_> = codes
        .iter()
        .map(|code| format!("`{}`: {}", code.name(), code.title()))
        .collect();
    map! { "description" => lines.join("\n\n"), "content" => content(problem) }
}

fn content(problem: &str) -> Node {
    map! { "application/problem+json" => map! { "schema" => reference_to(problem) } }
}
