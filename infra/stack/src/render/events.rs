//! `events/`: the schema and an example of every event version, and the page of who publishes and who listens.

use std::fmt::Write as _;

use contracts::EventType;

use super::Rendered;
use crate::node::Node;
use crate::plan::Trigger;
use crate::project::Project;

/// The order in which people read a schema.
pub const SCHEMA_ORDER: [&str; 14] = [
    "$schema",
    "$ref",
    "title",
    "description",
    "type",
    "format",
    "const",
    "enum",
    "pattern",
    "required",
    "properties",
    "items",
    "additionalProperties",
    "$defs",
];

/// The files of every event type.
pub fn files(project: &Project, catalogue: &[EventType]) -> Vec<Rendered> {
    let mut files = Vec::new();
    for event in catalogue {
        let name = event.type_name;
        files.push(Rendered::new(
            format!("events/{name}.schema.json"),
            Node::from(&event.schema)
                .with_first(&SCHEMA_ORDER)
                .to_json(),
        ));
        files.push(Rendered::new(
            format!("events/{name}.example.json"),
            Node::from(&event.example)
                .with_first(&["metadata", "id", "type", "schema", "time", "aggregate"])
                .to_json(),
        ));
    }
    files.push(Rendered::new("events/README.md", page(project, catalogue)));
    files
}

/// The functions that listen to an event type.
pub fn listeners<'a>(project: &'a Project, event: &str) -> Vec<&'a str> {
    let listens = |trigger: Trigger<'_>| match trigger {
        Trigger::Events(events) => events.iter().any(|listened| listened == event),
        _ => false,
    };
    project
        .functions()
        .into_iter()
        .filter(|function| listens(function.trigger))
        .map(|function| function.name)
        .collect()
}

fn page(project: &Project, catalogue: &[EventType]) -> String {
    let mut page = String::from(
        "<!-- Rendered by `cargo stack render` from shared/contracts and functions/*/service.toml; change it there. -->\n\
        # Events\n\n\
        What services tell each other. An event carries the state that its consumers need, no personal value and no \
        secret. It travels in the `detail` of an EventBridge event: `metadata` (id, type, time, aggregate with its \
        revision, correlation, cause, trace, actor) and `data`. Nothing on the way keeps order: consumers ignore a \
        revision older than one they have seen. Within a version only optional fields are added; a new version is \
        published beside the old one until no one listens to that.\n\n\
        Every row has a [JSON Schema](https://json-schema.org/draft/2020-12/schema) and an example that fits it, both \
        made from the Rust types in `shared/contracts`. `invocations/` holds what each function is invoked with, for \
        `cargo lambda invoke <function> --data-file events/invocations/<function>.json`.\n\n\
        | event | published by | listened to by | contract |\n|---|---|---|---|\n",
    );
    for event in catalogue {
        let listeners = listeners(project, event.type_name);
        let listeners = if listeners.is_empty() {
            "no one yet".to_owned()
        } else {
            listeners
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join("<br>")
        };
        let name = event.type_name;
        let _ = writeln!(
            page,
            "| `{name}` | {} | {listeners} | [schema]({name}.schema.json), [example]({name}.example.json) |",
            event.service
        );
    }
    page
}
