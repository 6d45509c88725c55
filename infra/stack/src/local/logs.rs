//! `make logs`: the functions' JSON lines, as they come, in a form that people read.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use anyhow::{Context, Result};
use console::style;
use serde_json::{Value, json};

use super::aws::Emulator;
use super::place::{Place, STAGE};
use super::term::say;
use crate::project::Project;

/// Follows one function's log, or everyone's, until it is interrupted.
pub(super) fn follow(place: &Place, function: Option<&str>) -> Result<()> {
    place.platform()?;
    let emulator = Emulator::new(place);
    let project = Project::read(&place.root)?;
    let groups: Vec<String> = project
        .functions()
        .iter()
        .filter(|known| function.is_none_or(|wanted| known.name == wanted))
        .map(|known| format!("/aws/lambda/{STAGE}-{}-{}", known.service(), known.name))
        .collect();
    if groups.is_empty() {
        anyhow::bail!("there is no function `{}`", function.unwrap_or_default());
    }
    say(
        style("Following; Ctrl-C ends it. A function's lines come when its invocation ends.").dim(),
    );
    let mut from: HashMap<&str, i64> = HashMap::new();
    let mut shown: HashSet<String> = HashSet::new();
    let began = jiff::Timestamp::now().as_millisecond() - 60_000;
    loop {
        let mut fresh = Vec::new();
        for group in &groups {
            let start = from.get(group.as_str()).copied().unwrap_or(began);
            for event in events(&emulator, group, start)? {
                let time = event["timestamp"].as_i64().unwrap_or_default();
                if shown.insert(identity(group, &event)) {
                    let last = from.entry(group).or_insert(start);
                    *last = time.max(*last);
                    fresh.push((
                        time,
                        event["message"].as_str().unwrap_or_default().to_owned(),
                    ));
                }
            }
        }
        fresh.sort_by_key(|(time, _)| *time);
        for (_, message) in fresh {
            if let Some(line) = readable(&message) {
                say(line);
            }
        }
        std::thread::sleep(Duration::from_millis(700));
    }
}

/// What a group holds since that time; a function that never ran has no group yet.
fn events(emulator: &Emulator, group: &str, start: i64) -> Result<Vec<Value>> {
    let mut found = Vec::new();
    let mut page = Value::Null;
    loop {
        let mut body = json!({ "logGroupName": group, "startTime": start });
        if !page.is_null() {
            body["nextToken"] = page;
        }
        let answer = match emulator.json("logs", "Logs_20140328.FilterLogEvents", &body) {
            Ok(answer) => answer,
            Err(error) if error.to_string().contains("ResourceNotFound") => return Ok(found),
            Err(error) => return Err(error).context("the logs cannot be read"),
        };
        found.extend(answer["events"].as_array().cloned().unwrap_or_default());
        page = answer["nextToken"].clone();
        if page.is_null() {
            return Ok(found);
        }
    }
}

/// What tells one line from another: two invocations may say the same in one millisecond.
fn identity(group: &str, event: &Value) -> String {
    format!(
        "{group} {} {} {}",
        event["logStreamName"], event["eventId"], event["message"]
    )
}

/// What every line has and nobody reads on a screen.
const USUAL: [&str; 13] = [
    "_aws",
    "cold_start",
    "correlation_id",
    "duration_ms",
    "errors",
    "function",
    "level",
    "request_id",
    "service",
    "stage",
    "time",
    "trace_id",
    "version",
];

/// A JSON line as a person reads it; `None` for what the platform itself says of an invocation.
fn readable(line: &str) -> Option<String> {
    let platform = ["START ", "END ", "REPORT ", "INIT_START"];
    if line.is_empty() || platform.iter().any(|begin| line.starts_with(begin)) {
        return None;
    }
    let Ok(Value::Object(entry)) = serde_json::from_str(line) else {
        return Some(line.to_owned());
    };
    let text = |field: &str| entry.get(field).map(shown).unwrap_or_default();
    let level = text("level");
    let level = match level.as_str() {
        "ERROR" => style(level).red(),
        "WARN" => style(level).yellow(),
        _ => style(level).dim(),
    };
    let time = text("time");
    let clock = time.get(11..23).unwrap_or(&time).to_owned();
    // The story first, then whatever else this line alone says.
    let story = ["route", "status", "message"];
    let mut said: Vec<String> = story
        .iter()
        .filter_map(|field| entry.get(*field).map(shown))
        .collect();
    if let Some(milliseconds) = entry.get("duration_ms") {
        said.push(format!("{milliseconds} ms"));
    }
    if entry.get("cold_start") == Some(&Value::Bool(true)) {
        said.push("cold".to_owned());
    }
    let others = entry
        .iter()
        .filter(|(field, _)| !USUAL.contains(&field.as_str()) && !story.contains(&field.as_str()));
    said.extend(
        others.map(|(field, value)| style(format!("{field}={}", shown(value))).dim().to_string()),
    );
    let function = style(text("function")).cyan();
    Some(format!(
        "{} {level:<5} {function:<36} {}",
        style(clock).dim(),
        said.join("  ")
    ))
}

fn shown(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn a_line_tells_its_story_first() {
        let line = r#"{"time":"2026-01-02T03:04:05.678Z","level":"INFO","function":"log-in","actor":"guest",
            "route":"POST /v1/auth/login","status":401,"duration_ms":7,"error_code":"invalid_credentials"}"#;
        let shown = readable(line).expect("a line");
        assert!(shown.contains("POST /v1/auth/login  401  7 ms"), "{shown}");
        assert!(shown.contains("error_code=invalid_credentials"), "{shown}");
        assert_eq!(readable("END RequestId: 1"), None);
    }
}
