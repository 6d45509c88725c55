//! Every wire, proven on the templates as AWS expands them: the emulator does not check queue policies, the roles of
//! mappings and schedules, or permissions to invoke, so a template that runs there may still be dead on AWS.

mod expected;
mod platform;
mod proofs;
mod template;

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::Finding;
use crate::project::Project;

pub use template::Template;

/// Expanded templates, by service.
pub type Templates = BTreeMap<String, Template>;

/// Expands every service's template; nothing where the tools are not installed.
pub fn expand(project: &Project) -> Result<Option<Templates>> {
    let python = project.root.join(".venv/bin/python");
    if !python.is_file() {
        return Ok(None);
    }
    let mut command = Command::new(python);
    command.args(["-c", include_str!("wires/expand.py")]);
    for manifest in project.services.values() {
        let path = project
            .root
            .join(format!("infra/sam/{}.yaml", manifest.name));
        if path.is_file() {
            command.arg(format!("{}={}", manifest.name, path.display()));
        }
    }
    let output = command
        .output()
        .context("the templates cannot be expanded")?;
    if !output.status.success() {
        bail!(
            "aws-sam-translator refuses a template: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    let expanded: BTreeMap<String, Value> =
        serde_json::from_slice(&output.stdout).context("the expanded templates are not JSON")?;
    Ok(Some(
        expanded
            .iter()
            .map(|(service, template)| (service.clone(), Template::of(template)))
            .collect(),
    ))
}

/// Proves each function's wires, and that no role may do more or less than its manifest says.
pub fn all(project: &Project, templates: &Templates) -> Vec<Finding> {
    let mut found = platform::wrong(project);
    for function in project.functions() {
        let place = format!("infra/sam/{}.yaml", function.service());
        let Some(template) = templates.get(function.service()) else {
            found.push(Finding::new(
                place,
                "is not there; run `cargo stack render`",
            ));
            continue;
        };
        let wrong = proofs::of(&function, template)
            .into_iter()
            .chain(expected::wrong(project, &function, template));
        found.extend(
            wrong.map(|message| Finding::new(&place, format!("{}: {message}", function.name))),
        );
    }
    found
}

#[cfg(test)]
mod tests;
