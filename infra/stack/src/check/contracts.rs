//! Events and descriptions: every event has a schema and an example that fits it, a version never takes anything
//! away, and what a function says of itself is what its manifest says of it.

use std::path::Path;
use std::process::Command;

use contracts::EventType;
use serde_json::Value;

use super::Finding;
use crate::describe::Descriptions;
use crate::names;
use crate::plan::Trigger;
use crate::project::Project;

/// The events: examples that fit, small enough, and no worse than what was released.
pub fn events(root: &Path, catalogue: &[EventType]) -> Vec<Finding> {
    let mut found = Vec::new();
    for event in catalogue {
        let place = format!("events/{}.schema.json", event.type_name);
        found.extend(example(event));
        if event.service != names::publisher(event.type_name) {
            let message =
                "contracts and manifests disagree on who publishes it; fix `names::publisher`";
            found.push(Finding::new(&place, message));
        }
        if let Some(released) = released(root, &place) {
            found.extend(taken_away(&place, "", &released, &event.schema));
        }
    }
    found
}

/// An event is at most 64 kB, so that a batch of ten fits what SQS and Lambda take.
const LARGEST: usize = 64 * 1024;

fn example(event: &EventType) -> Vec<Finding> {
    let place = format!("events/{}.example.json", event.type_name);
    let mut found = Vec::new();
    match jsonschema::validator_for(&event.schema) {
        Err(error) => found.push(Finding::new(&place, format!("its schema is none: {error}"))),
        Ok(validator) => {
            for error in validator.iter_errors(&event.example) {
                let message = format!(
                    "does not fit its schema at `{}`: {error}; an example that nobody validates is wrong",
                    error.instance_path()
                );
                found.push(Finding::new(&place, message));
            }
        }
    }
    if event.example.to_string().len() > LARGEST {
        found.push(Finding::new(
            &place,
            "is over 64 kB; an event carries what its consumers need, not more",
        ));
    }
    found
}

/// The schema as it was last committed; nothing where there is no repository or the event is new.
fn released(root: &Path, path: &str) -> Option<Value> {
    let output = Command::new("git")
        .args(["show", &format!("HEAD:{path}")])
        .current_dir(root)
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| serde_json::from_slice(&output.stdout).ok())
        .flatten()
}

/// Within a version only optional fields are added: consumers of last month's events still run.
fn taken_away(place: &str, at: &str, before: &Value, now: &Value) -> Vec<Finding> {
    let mut found = Vec::new();
    let fields = |schema: &Value, key: &str| {
        schema
            .get(key)
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default()
    };
    let required = |schema: &Value| -> Vec<String> {
        let list = schema
            .get("required")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        list.iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    for group in ["properties", "$defs"] {
        let now = fields(now, group);
        for (name, before) in fields(before, group) {
            let at = format!("{at}/{name}");
            match now.get(&name) {
                None if group == "properties" => {
                    let message = format!(
                        "`{at}` is gone; within a version nothing is taken away, publish a new version beside it"
                    );
                    found.push(Finding::new(place, message));
                }
                None => {}
                Some(now) => found.extend(taken_away(place, &at, &before, now)),
            }
        }
    }
    let had = required(before);
    for name in required(now).iter().filter(|name| !had.contains(name)) {
        let message = format!(
            "`{at}/{name}` is required now and was not; within a version only optional fields are added"
        );
        found.push(Finding::new(place, message));
    }
    if before.get("type") != now.get("type") {
        found.push(Finding::new(
            place,
            format!("`{at}` has another type than before; publish a new version"),
        ));
    }
    found
}

/// What functions say of themselves against what their manifests say.
pub fn descriptions(project: &Project, descriptions: &Descriptions) -> Vec<Finding> {
    let mut found = Vec::new();
    for function in project.functions() {
        let Some(said) = descriptions.get(function.name) else {
            continue;
        };
        let place = function.manifest.place_of(function.name);
        let kind = match function.trigger {
            Trigger::Http(_) => "http",
            Trigger::Events(_) => "event",
            Trigger::Schedule(_) => "schedule",
            Trigger::Queue(_) => "queue",
            Trigger::Relay => "relay",
            Trigger::Invoke => "invoke",
        };
        if said.kind != kind {
            found.push(Finding::new(
                &place,
                format!(
                    "is started by {kind} here, but its code serves {}",
                    said.kind
                ),
            ));
        }
        if let Trigger::Events(events) = function.trigger {
            for event in events.iter().filter(|event| !said.types.contains(event)) {
                let message = format!(
                    "listens to {event}, which its code does not understand; every such event would end in its dead letters"
                );
                found.push(Finding::new(&place, message));
            }
            for event in said.types.iter().filter(|event| !events.contains(event)) {
                found.push(Finding::new(
                    &place,
                    format!("understands {event} but does not listen to it"),
                ));
            }
        }
        for code in &function.entry.codes {
            if !kernel::Code::ALL.iter().any(|known| known.name() == code) {
                found.push(Finding::new(
                    &place,
                    format!("refuses with `{code}`, which is not in the catalogue"),
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tests::project;

    #[test]
    fn an_example_that_does_not_fit_is_found() {
        let event = EventType {
            type_name: "order.placed.v1",
            service: "order",
            schema: json!({ "type": "object", "required": ["metadata"] }),
            example: json!({}),
        };
        assert!(example(&event)[0].message.contains("does not fit"));
    }

    #[test]
    fn every_event_of_the_catalogue_holds() {
        assert_eq!(events(Path::new("/"), &contracts::catalogue()), []);
    }

    #[test]
    fn a_version_takes_nothing_away_and_asks_for_nothing_more() {
        let before =
            json!({ "properties": { "a": { "type": "string" }, "b": {} }, "required": ["a"] });
        let now = json!({ "properties": { "a": { "type": "integer" }, "c": {} }, "required": ["a", "c"] });
        let messages: Vec<_> = taken_away("x", "", &before, &now)
            .into_iter()
            .map(|finding| finding.message)
            .collect();
        assert_eq!(messages.len(), 3, "{messages:?}");
        let more = json!({ "properties": { "a": { "type": "string" }, "b": {}, "c": {} }, "required": ["a"] });
        assert_eq!(taken_away("x", "", &before, &more), []);
    }

    #[test]
    fn code_and_manifest_agree_on_what_starts_a_function() {
        let project = project(&[
            "name = \"order\"\n[functions.f-on-x]\non = \"payment.declined.v1\"\ncodes = [\"nonsense\"]\n",
        ]);
        let said = json!({ "kind": "event", "types": ["payment.captured.v1"] });
        let said =
            Descriptions::from([("f-on-x".to_owned(), serde_json::from_value(said).unwrap())]);
        assert_eq!(descriptions(&project, &said).len(), 3);
        let said = json!({ "kind": "http" });
        let said =
            Descriptions::from([("f-on-x".to_owned(), serde_json::from_value(said).unwrap())]);
        assert!(
            descriptions(&project, &said)[0]
                .message
                .contains("serves http")
        );
    }
}
