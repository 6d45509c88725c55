//! What the functions say of themselves: a development build of each answers `describe` with the types that its
//! handler really parses and replies.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::project::Project;

/// What a function says of itself.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Description {
    /// `http`, `event`, `schedule`, `queue` or `relay`.
    pub kind: String,
    /// What an endpoint takes.
    #[serde(default)]
    pub input: Input,
    /// What an endpoint answers with: a JSON Schema.
    #[serde(default)]
    pub reply: Option<Value>,
    /// The event types that a consumer understands.
    #[serde(default)]
    pub types: Vec<String>,
}

/// What an endpoint takes.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Input {
    /// The schema of the body.
    #[serde(default)]
    pub body: Option<Value>,
    /// The media types of the body.
    #[serde(default)]
    pub content_types: Vec<String>,
    /// The schema of the query, an object.
    #[serde(default)]
    pub query: Option<Value>,
    /// Whether the body is a merge patch (RFC 7396) of that schema: everything may be left out, or be null.
    #[serde(default)]
    pub patch: bool,
    /// Whether the body may be left out.
    #[serde(default)]
    pub optional: bool,
}

impl Description {
    /// The schema of the answer, where there is a body of ours in it.
    pub fn shown(&self) -> Option<&Value> {
        let reply = self.reply.as_ref()?;
        let nothing = reply.get("type").and_then(Value::as_str) == Some("null");
        (!nothing && !self.is_document()).then_some(reply)
    }

    /// Whether the answer is no JSON of ours: a page, a document.
    pub fn is_document(&self) -> bool {
        self.reply
            .as_ref()
            .and_then(|reply| reply.get("title"))
            .and_then(Value::as_str)
            == Some("Document")
    }
}

/// The descriptions, by function.
pub type Descriptions = BTreeMap<String, Description>;

/// Builds every function for development and asks each.
pub fn all(project: &Project) -> Result<Descriptions> {
    let functions = project.functions();
    if functions.is_empty() {
        return Ok(Descriptions::new());
    }
    let folder = build(project)?;
    let mut found = Descriptions::new();
    for function in functions {
        let binary = folder.join(function.name);
        if !project.page(&function).is_file() {
            continue; // The lint says so with its reason.
        }
        let output = describe(&binary).with_context(|| {
            format!(
                "{} cannot be run; is it listed in the package's [[bin]]?",
                binary.display()
            )
        })?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("`{} describe` fails: {}", function.name, said.trim());
        }
        let description = serde_json::from_slice(&output.stdout).with_context(|| {
            format!(
                "`{} describe` prints something else than a description",
                function.name
            )
        })?;
        found.insert(function.name.to_owned(), description);
    }
    Ok(found)
}

/// Asks one function. Another build may be replacing the file just now: then it is there a moment later.
fn describe(binary: &Path) -> std::io::Result<Output> {
    let mut tries = 0;
    loop {
        match Command::new(binary).arg("describe").output() {
            Err(error) if error.kind() == ErrorKind::NotFound && tries < 20 => {
                tries += 1;
                std::thread::sleep(Duration::from_millis(500));
            }
            outcome => return outcome,
        }
    }
}

/// Builds for the target that `cargo lambda` builds for, so that both share what they compile.
fn build(project: &Project) -> Result<PathBuf> {
    let target = host()?;
    let status = Command::new("cargo")
        .args([
            "build",
            "--quiet",
            "--workspace",
            "--bins",
            "--target",
            &target,
        ])
        .current_dir(&project.root)
        .status()
        .context("cargo cannot be run")?;
    if !status.success() {
        bail!("the functions do not build; what follows from their types cannot be rendered");
    }
    Ok(project.root.join("target").join(target).join("debug"))
}

/// The target triple of this machine.
pub fn host() -> Result<String> {
    let output = Command::new("rustc")
        .arg("-vV")
        .output()
        .context("rustc cannot be run")?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .context("rustc does not say what machine this is")
}
