//! What the functions say of themselves: a development build of the fleet tells the types that each handler really
//! parses and replies.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::fleet;
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
    let (mut cargo, program) = fleet::build(&project.root, "describe-fleet")?;
    let built = cargo.arg("--quiet").status();
    if !built.context("cargo cannot be run")?.success() {
        bail!("the functions do not build; what follows from their types cannot be rendered");
    }
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
