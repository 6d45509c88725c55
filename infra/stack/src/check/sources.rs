//! Rules of the architecture that source files can break.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::Finding;
use crate::names;
use crate::plan::{Planned, Trigger};
use crate::project::Project;

/// A function is a page.
const LONGEST_PAGE: usize = 60;

/// Every rule.
pub fn all(project: &Project) -> Result<Vec<Finding>> {
    let mut found = binaries(project)?;
    for function in project.functions() {
        let path = project.page(&function);
        if let Ok(text) = std::fs::read_to_string(&path) {
            found.extend(page(&function, &relative(project, &path), &text));
        }
    }
    found.extend(published(project)?);
    found.extend(dependencies(project)?);
    found.extend(storage(project)?);
    Ok(found)
}

fn relative(project: &Project, path: &Path) -> String {
    path.strip_prefix(&project.root)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// A binary for every entry, an entry for every binary.
fn binaries(project: &Project) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for manifest in project.services.values() {
        let binaries = project.binaries(&manifest.name)?;
        for name in manifest
            .functions
            .keys()
            .filter(|name| !binaries.contains(*name))
        {
            let message = format!(
                "`{name}` has no src/bin/{name}.rs: the stack would deploy a function without code"
            );
            found.push(Finding::new(manifest.place_of(name), message));
        }
        for name in binaries
            .iter()
            .filter(|name| !manifest.functions.contains_key(*name))
        {
            let place = format!("functions/{}/src/bin/{name}.rs:1", manifest.name);
            found.push(Finding::new(
                place,
                format!("has no [functions.{name}]: it would never be deployed"),
            ));
        }
        let path = project
            .root
            .join("functions")
            .join(&manifest.name)
            .join("Cargo.toml");
        if let Ok(text) = std::fs::read_to_string(&path) {
            let cargo: toml::Value = toml::from_str(&text)?;
            let listed = cargo
                .get("bin")
                .and_then(toml::Value::as_array)
                .cloned()
                .unwrap_or_default();
            for name in binaries
                .iter()
                .filter(|name| !listed.iter().any(|bin| is_bin(bin, name)))
            {
                let message = format!(
                    "`{name}` has no [[bin]] with `test = false`: each would be linked once more for tests it has not"
                );
                found.push(Finding::new(relative(project, &path), message));
            }
        }
    }
    Ok(found)
}

fn is_bin(bin: &toml::Value, name: &str) -> bool {
    bin.get("name").and_then(toml::Value::as_str) == Some(name)
        && bin.get("test") == Some(&toml::Value::Boolean(false))
}

/// The page of a function: its trigger first, and no longer than a page.
fn page(function: &Planned<'_>, path: &str, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let lines = text.lines().count();
    if lines > LONGEST_PAGE {
        let message = format!(
            "has {lines} lines; a function is a page of {LONGEST_PAGE}: past it a concept is missing in the library"
        );
        found.push(Finding::new(
            format!("{path}:{}", LONGEST_PAGE + 1),
            message,
        ));
    }
    let first = text.lines().next().unwrap_or_default();
    if !names_trigger(function, first) {
        let message = format!(
            "begins with `{first}`; the first line is `//! {}: a sentence.`, so that the folder reads as the product does",
            trigger(function)
        );
        found.push(Finding::new(format!("{path}:1"), message));
    }
    found
}

/// The trigger as a first line says it.
fn trigger(function: &Planned<'_>) -> String {
    match function.trigger {
        Trigger::Http(route) => route.to_string(),
        Trigger::Events(events) => events.join(", "),
        Trigger::Schedule(_) => "every …".to_owned(),
        Trigger::Queue(queue) => format!("queue {queue}"),
        Trigger::Relay => format!("The outbox of {}", function.service()),
        Trigger::Invoke => "by name".to_owned(),
    }
}

fn names_trigger(function: &Planned<'_>, line: &str) -> bool {
    let Some((said, sentence)) = line
        .strip_prefix("//! ")
        .and_then(|rest| rest.split_once(": "))
    else {
        return false;
    };
    let said = said.replace('`', "");
    let named = match function.trigger {
        Trigger::Http(route) => said == route.to_string(),
        Trigger::Events(events) => events.iter().all(|event| {
            said.contains(
                event
                    .rsplit_once('.')
                    .map_or(event.as_str(), |(name, _)| name),
            )
        }),
        Trigger::Schedule(_) => said.to_lowercase().starts_with("every"),
        Trigger::Queue(queue) => said.contains("queue") || said.contains(queue),
        Trigger::Relay => said.to_lowercase().contains("outbox"),
        Trigger::Invoke => said.to_lowercase().starts_with("by name"),
    };
    named && !sentence.trim().is_empty()
}

/// An event that someone listens to is named in the code of its publisher.
fn published(project: &Project) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for function in project.functions() {
        let Trigger::Events(events) = function.trigger else {
            continue;
        };
        for event in events {
            let publisher = names::publisher(event);
            let folder = project.root.join("functions").join(publisher).join("src");
            if !folder.is_dir() {
                continue; // `lint::references::events` says that there is no such service.
            }
            let name = names::pascal(event.rsplit_once('.').map_or(event, |(name, _)| name));
            let named = files(&folder)?
                .iter()
                .any(|path| std::fs::read_to_string(path).is_ok_and(|text| text.contains(&name)));
            if !named {
                let message = format!(
                    "`{}` listens to {event}, which no one publishes: nothing in {publisher} names {name}",
                    function.name
                );
                found.push(Finding::new(
                    function.manifest.place_of(function.name),
                    message,
                ));
            }
        }
    }
    Ok(found)
}

/// A service knows others by `shared/contracts` alone.
fn dependencies(project: &Project) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for name in project.services.keys() {
        let path = project.root.join("functions").join(name).join("Cargo.toml");
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let cargo: toml::Value = toml::from_str(&text)?;
        for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let named = cargo.get(table).and_then(toml::Value::as_table);
            for other in named.into_iter().flat_map(|table| table.keys()) {
                if project.services.contains_key(other) && other != name {
                    let message = format!(
                        "{name} depends on {other}: services own their data; use an event or a view of shared/contracts"
                    );
                    found.push(Finding::new(relative(project, &path), message));
                }
                if other == "aws-sdk-dynamodb" {
                    found.push(Finding::new(relative(project, &path), STORAGE));
                }
            }
        }
    }
    Ok(found)
}

const STORAGE: &str = "names the DynamoDB SDK; only shared/dynamo does: there the calls are bounded, counted and failed in tests, and compiled once";

/// The SDK's `DynamoDB` is named in shared/dynamo alone.
fn storage(project: &Project) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for folder in ["functions", "shared"] {
        for path in files(&project.root.join(folder))? {
            if path.starts_with(project.root.join("shared/dynamo")) {
                continue;
            }
            let text = std::fs::read_to_string(&path)?;
            for (index, line) in text.lines().enumerate() {
                if line.contains("aws_sdk_dynamodb") && !line.trim_start().starts_with("//") {
                    let place = format!("{}:{}", relative(project, &path), index + 1);
                    found.push(Finding::new(place, STORAGE));
                }
            }
        }
    }
    Ok(found)
}

/// Every Rust file below a folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests;
