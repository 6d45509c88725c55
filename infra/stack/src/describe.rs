//! What the functions say of themselves: a development build of the fleet tells the types that each handler really
//! parses and replies.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

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

/// Builds the fleet for development, as one program, and asks each function in it.
pub fn all(project: &Project) -> Result<Descriptions> {
    if project.functions().is_empty() {
        return Ok(Descriptions::new());
    }
    let program = build(project)?;
    let output = Command::new(&program)
        .output()
        .with_context(|| format!("{} cannot be run", program.display()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("the fleet does not describe itself: {}", said.trim());
    }
    serde_json::from_slice(&output.stdout)
        .context("the fleet prints something else than descriptions")
}

/// Builds with what the tests build with, so that both share what they compile.
fn build(project: &Project) -> Result<PathBuf> {
    let target = host()?;
    let status = Command::new("cargo")
        .args([
            "build",
            "--quiet",
            "--manifest-path=tests/Cargo.toml",
            "--workspace",
        ])
        .args([
            "--exclude=stories",
            "--exclude=bench",
            "--bin=describe-fleet",
        ])
        .args(["--target", &target])
        .current_dir(&project.root)
        .status()
        .context("cargo cannot be run")?;
    if !status.success() {
        bail!("the functions do not build; what follows from their types cannot be rendered");
    }
    let built = project.root.join("target").join(target).join("debug");
    Ok(built.join("describe-fleet"))
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
