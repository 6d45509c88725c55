//! `infra/openapi.json`: what the API takes and answers, from the manifests and the Rust types that the handlers
//! really parse.

mod codes;
mod operation;
mod problems;
mod schemas;

use serde_json::Value;

use crate::describe::Descriptions;
use crate::manifest::Route;
use crate::map;
use crate::node::Node;
use crate::project::Project;

use schemas::Schemas;

/// The document.
pub fn document(project: &Project, descriptions: &Descriptions) -> String {
    let mut schemas = Schemas::default();
    let problem = schemas.add("", &problems::schema());

    let mut paths: Vec<(String, Node)> = Vec::new();
    let mut functions = project.functions();
    functions.retain(|function| function.route().and_then(Route::path).is_some());
    functions.sort_by_key(|function| {
        let route = function.route();
        (
            route.and_then(Route::path),
            route.and_then(Route::method).map(rank),
        )
    });
    for function in &functions {
        // First the types alone: a path's parameter is described by the type of that name, whoever brings it.
        if let Some(description) = descriptions.get(function.name) {
            operation::types(function, description, &mut schemas);
        }
    }
    for function in functions {
        let (Some(route), Some(description)) = (function.route(), descriptions.get(function.name))
        else {
            continue;
        };
        let (path, method) = (
            route.path().unwrap_or_default(),
            route.method().unwrap_or_default(),
        );
        let operation = operation::of(
            &function,
            route,
            description,
            &codes::of(project, &function),
            &problem,
            &mut schemas,
        );
        let method = method.to_ascii_lowercase();
        match paths.last_mut() {
            Some((last, operations)) if last == path => operations.push(&method, operation),
            _ => paths.push((path.to_owned(), Node::Map(vec![(method, operation)]))),
        }
    }

    map! {
        "openapi" => "3.1.0",
        "info" => map! {
            "title" => "Souk",
            "version" => "v1",
            "summary" => "A marketplace: many sellers, one shop.",
            "description" => ABOUT,
            "license" => map! { "name" => "Apache-2.0", "identifier" => "Apache-2.0" },
        },
        "jsonSchemaDialect" => "https://json-schema.org/draft/2020-12/schema",
        "servers" => servers(),
        "tags" => tags(project),
        "paths" => Node::Map(paths),
        "components" => map! {
            "securitySchemes" => map! {
                "bearer" => map! {
                    "type" => "http",
                    "scheme" => "bearer",
                    "bearerFormat" => "JWT",
                    "description" => "The access token from `POST /v1/auth/login`, or an API key from `POST /v1/customers/me/api-keys`, which is no JWT and begins with `souk_`.",
                },
            },
            "headers" => operation::shared_headers(),
            "responses" => problems::responses(&problem),
            "schemas" => Node::Map(schemas.into_entries()),
        },
    }
    .to_json()
}

const ABOUT: &str = "Money is in minor units, times are RFC 3339 in UTC, ids carry a prefix and sort by their making. \
Lists come in pages: pass `next_cursor` back as `cursor`. Every refusal is `application/problem+json` with a stable \
`code`. A request with an `Idempotency-Key` may be sent again for a day and is done once.";

/// In the order in which people look for them.
fn rank(method: &str) -> usize {
    ["GET", "POST", "PUT", "PATCH", "DELETE"]
        .iter()
        .position(|known| *known == method)
        .unwrap_or(9)
}

fn servers() -> Vec<Node> {
    vec![
        map! {
            "url" => "http://127.0.0.1:4566/_aws/execute-api/souk",
            "description" => "The platform on this machine, after `make up`.",
        },
        map! {
            "url" => "https://{api}.execute-api.{region}.amazonaws.com",
            "description" => "A stage on AWS: the stack's output `ApiUrl`.",
            "variables" => map! {
                "api" => map! { "default" => "api-id" },
                "region" => map! { "default" => "eu-central-1" },
            },
        },
    ]
}

fn tags(project: &Project) -> Vec<Node> {
    project
        .services
        .values()
        .filter(|manifest| {
            manifest
                .functions
                .values()
                .any(|function| matches!(function.route, Some(Route::Path { .. })))
        })
        .map(|manifest| {
            let mut tag = map! { "name" => &manifest.name };
            if let Some(summary) = &manifest.summary {
                tag.push("description", summary);
            }
            tag
        })
        .collect()
}

/// A schema as a node, with its references pointing into `components`.
fn reference_to(name: &str) -> Node {
    map! { "$ref" => format!("#/components/schemas/{name}") }
}

/// The value of a field, where there is one.
fn text<'a>(schema: &'a Value, field: &str) -> Option<&'a str> {
    schema.get(field).and_then(Value::as_str)
}

#[cfg(test)]
mod tests;
