//! One operation of the document.

use kernel::rate::Class;
use serde_json::{Value, json};

use crate::describe::Description;
use crate::manifest::{Idempotency, Route};
use crate::node::Node;
use crate::plan::Planned;
use crate::{map, names};

use super::schemas::Schemas;
use super::{problems, reference_to};

/// An endpoint as an operation.
pub(super) fn of(
    function: &Planned<'_>,
    route: &Route,
    description: &Description,
    codes: &[String],
    problem: &str,
    schemas: &mut Schemas,
) -> Node {
    let entry = function.entry;
    let allow = entry.allow.as_deref().unwrap_or("public");
    let mut operation = map! {
        "operationId" => function.name,
        "tags" => vec![function.service()],
        "summary" => entry.summary.as_deref().unwrap_or(function.name),
        "description" => who_may(allow) + &rate(function),
        "x-allow" => allow,
        "security" => security(allow),
    };
    let parameters = parameters(function, route, description, schemas);
    if !parameters.is_empty() {
        operation.push("parameters", parameters);
    }
    if let Some(body) = body(function, description, schemas) {
        operation.push("requestBody", body);
    }
    let mut responses = vec![success(function, description, schemas)];
    if function.etag() && route.method() == Some("GET") {
        responses.push((
            "304".to_owned(),
            map! { "description" => "It is still as `If-None-Match` says." },
        ));
    }
    responses.extend(problems::of(function, route, description, codes, problem));
    operation.push("responses", Node::Map(responses));
    operation
}

/// Takes in the types of an endpoint.
pub(super) fn types(function: &Planned<'_>, description: &Description, schemas: &mut Schemas) {
    body(function, description, schemas);
    success(function, description, schemas);
}

/// The type of a path's parameter: `{variant_id}` is a `VariantId`, `{id}` after `product-imports` an `ImportId`.
fn id_type(route: &Route, name: &str) -> Option<String> {
    if name != "id" {
        return Some(names::pascal(name));
    }
    let (before, _) = route.path()?.split_once("/{id}")?;
    let collection = before.rsplit(['/', '-']).next()?;
    Some(format!(
        "{}Id",
        names::pascal(collection.strip_suffix('s').unwrap_or(collection))
    ))
}

fn who_may(allow: &str) -> String {
    match allow.split_once('@') {
        None => "Anyone may call it.".to_owned(),
        Some((permission, scope)) => {
            let whose = match scope {
                "own" => "for what is the caller's own",
                "seller" => "for what is the seller's own",
                _ => "for everything",
            };
            format!("Callers need the permission `{permission}`, at the least {whose}.")
        }
    }
}

/// How many requests it bears, in a sentence of its own.
fn rate(function: &Planned<'_>) -> String {
    let class = function
        .rate()
        .and_then(|name| name.parse::<&'static Class>().ok());
    class.map_or_else(String::new, |class| {
        let quotas: Vec<_> = class.quotas.iter().map(ToString::to_string).collect();
        format!(" It bears {}.", quotas.join(", and "))
    })
}

fn security(allow: &str) -> Vec<Node> {
    let bearer = map! { "bearer" => Node::List(Vec::new()) };
    if allow == "public" {
        vec![map! {}, bearer]
    } else {
        vec![bearer]
    }
}

fn parameters(
    function: &Planned<'_>,
    route: &Route,
    description: &Description,
    schemas: &mut Schemas,
) -> Vec<Node> {
    let entry = function.entry;
    let mut found = Vec::new();
    for name in route.parameters() {
        let schema = id_type(route, name)
            .filter(|name| schemas.knows(name))
            .map_or_else(
                || map! { "type" => "string", "minLength" => 1, "maxLength" => 64 },
                |name| reference_to(&name),
            );
        found.push(parameter("path", name, true, "Which one.", schema));
    }
    if let Some(query) = &description.input.query {
        for (name, schema, required) in schemas.properties(function.name, query) {
            let about = super::text(&schema, "description")
                .unwrap_or_default()
                .to_owned();
            found.push(parameter(
                "query",
                &name,
                required,
                &about,
                Node::from(without(&schema, "description")),
            ));
        }
    }
    let idempotency = function.idempotency();
    if idempotency != Idempotency::None {
        let about = "Makes it safe to send the request again for a day: it is done once, and answered with the same bytes.";
        let schema = map! { "type" => "string", "minLength" => 1, "maxLength" => 255, "pattern" => "^[ -~]+$" };
        found.push(parameter(
            "header",
            "Idempotency-Key",
            idempotency == Idempotency::Required,
            about,
            schema,
        ));
    }
    if entry.if_match {
        let about = "The `ETag` of what is to be changed; another version there is 412. Admins must send it.";
        found.push(parameter(
            "header",
            "If-Match",
            false,
            about,
            map! { "type" => "string" },
        ));
    }
    if function.etag() && route.method() == Some("GET") {
        let about = "The `ETag` of what the caller has; the same version there is 304.";
        found.push(parameter(
            "header",
            "If-None-Match",
            false,
            about,
            map! { "type" => "string" },
        ));
    }
    for header in &entry.headers {
        let about = match header.as_str() {
            "X-Cart-Token" => "The cart of someone without an account.",
            "X-Order-Token" => "The token of the link to an order of someone without an account.",
            _ => "",
        };
        found.push(parameter(
            "header",
            header,
            false,
            about,
            map! { "type" => "string" },
        ));
    }
    found
}

fn parameter(place: &str, name: &str, required: bool, about: &str, schema: Node) -> Node {
    let mut parameter = map! { "name" => name, "in" => place };
    if required {
        parameter.push("required", true);
    }
    if !about.is_empty() {
        parameter.push("description", about);
    }
    parameter.push("schema", schema);
    parameter
}

fn without(schema: &Value, field: &str) -> Value {
    let mut schema = schema.clone();
    if let Some(fields) = schema.as_object_mut() {
        fields.remove(field);
    }
    schema
}

fn body(function: &Planned<'_>, description: &Description, schemas: &mut Schemas) -> Option<Node> {
    let input = &description.input;
    if input.body.is_none() && input.content_types.is_empty() {
        return None;
    }
    let said = input
        .body
        .as_ref()
        .filter(|schema| schema.as_object().is_none_or(|fields| !fields.is_empty()));
    let schema = said.map(|schema| {
        let schema = if input.patch {
            patch_of(schema)
        } else {
            schema.clone()
        };
        reference_to(&schemas.add(function.name, &schema))
    });
    let types: Vec<&str> = if input.content_types.is_empty() {
        vec!["application/json"]
    } else {
        input.content_types.iter().map(String::as_str).collect()
    };
    let content = types
        .into_iter()
        .map(|media| {
            let of_json = media.contains("json").then(|| schema.clone()).flatten();
            let any = if media.contains("json") {
                map! {}
            } else {
                map! { "type" => "string" }
            };
            (
                media.to_owned(),
                map! { "schema" => of_json.unwrap_or(any) },
            )
        })
        .collect();
    Some(map! { "required" => !input.optional, "content" => Node::Map(content) })
}

/// What a merge patch may say: every member may be left out; null removes it, where it may be missing. Nothing has
/// a default.
pub(super) fn patch_of(schema: &Value) -> Value {
    let mut schema = schema.clone();
    let Some(fields) = schema.as_object_mut() else {
        return schema;
    };
    let required = fields.remove("required").unwrap_or_default();
    let required = required.as_array().cloned().unwrap_or_default();
    let title = fields
        .get("title")
        .and_then(Value::as_str)
        .unwrap_or("Patch");
    let title = format!("{title}Patch");
    fields.insert("title".to_owned(), title.into());
    let properties = fields.get_mut("properties").and_then(Value::as_object_mut);
    for (name, property) in properties.into_iter().flatten() {
        let about = property.get("description").cloned();
        let plain = without(&without(property, "default"), "description");
        let needed = required.iter().any(|needed| needed == name);
        *property = if needed {
            plain
        } else {
            json!({ "anyOf": [plain, { "type": "null" }] })
        };
        if let Some(about) = about {
            property["description"] = about;
        }
    }
    schema
}

fn success(
    function: &Planned<'_>,
    description: &Description,
    schemas: &mut Schemas,
) -> (String, Node) {
    let entry = function.entry;
    let produces = entry.produces.as_deref().unwrap_or("application/json");
    let shown = description.shown();
    let empty = shown.is_none() && !description.is_document();
    let status = entry.status.unwrap_or(if empty { 204 } else { 200 });

    let mut response = map! { "description" => outcome(status) };
    let mut headers = Vec::new();
    let mut header = |name: &str, shared: &str| {
        headers.push((
            name.to_owned(),
            map! { "$ref" => format!("#/components/headers/{shared}") },
        ));
    };
    if function.etag() {
        header("ETag", "ETag");
    }
    if status == 201 {
        header("Location", "Location");
    }
    if function.idempotency() != Idempotency::None {
        header("Idempotency-Replayed", "IdempotencyReplayed");
    }
    if function.rate().is_some() {
        header("RateLimit", "RateLimit");
        header("RateLimit-Policy", "RateLimitPolicy");
    }
    if !headers.is_empty() {
        response.push("headers", Node::Map(headers));
    }
    if !empty {
        let schema = match shown {
            Some(schema) => reference_to(&schemas.add(function.name, schema)),
            None if produces.contains("json") => map! { "type" => "object" },
            None => map! { "type" => "string" },
        };
        response.push(
            "content",
            Node::Map(vec![(produces.to_owned(), map! { "schema" => schema })]),
        );
    }
    (status.to_string(), response)
}

fn outcome(status: u16) -> &'static str {
    match status {
        201 => "Made.",
        202 => "Taken; it is done in the background.",
        204 => "Done.",
        _ => "As asked for.",
    }
}

/// Headers of answers that several operations have.
pub(super) fn shared_headers() -> Node {
    let header =
        |about: &str| map! { "description" => about, "schema" => map! { "type" => "string" } };
    map! {
        "ETag" => header("The version of what is shown."),
        "IdempotencyReplayed" => header("`true` when this answer was given before."),
        "Location" => header("Where the new thing is."),
        "RateLimit" => header("How many requests may still come at once, and in how many seconds as many as after a rest: `\"registration\";r=3;t=1440`."),
        "RateLimitPolicy" => header("How many requests a window of so many seconds bears: `\"registration\";q=5;w=3600`."),
    }
}
