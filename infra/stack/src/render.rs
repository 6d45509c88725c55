//! Everything that is written from the manifests. The same manifests always give the same bytes.

pub mod authorization;
pub mod errors;
pub mod events;
pub mod fleet;
pub mod invocations;
pub mod openapi;
pub mod personal;
pub mod router;
pub mod routes;
pub mod sam;
pub mod samples;
pub mod settings;
pub mod terraform;

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::describe::{self, Descriptions};
use crate::project::Project;

/// A rendered file.
#[derive(Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Where it belongs, from the root of the repository.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

impl Rendered {
    fn new(path: impl Into<PathBuf>, text: String) -> Self {
        Self {
            path: path.into(),
            text,
        }
    }
}

/// What follows from the manifests and the contracts alone: no function needs to be built for it.
pub fn of_manifests(project: &Project) -> Vec<Rendered> {
    let mut files: Vec<_> = project
        .services
        .values()
        .map(|manifest| {
            Rendered::new(
                format!("infra/sam/{}.yaml", manifest.name),
                sam::template(project, manifest),
            )
        })
        .collect();
    files.push(Rendered::new(
        "infra/terraform/functions.json",
        terraform::file(project),
    ));
    files.push(Rendered::new("CargoLambda.toml", router::file(project)));
    if project.services.contains_key("gateway") {
        files.push(Rendered::new(routes::PATH, routes::file(project)));
    }
    if project.services.contains_key("role") {
        files.push(Rendered::new(routes::ASKING_PATH, routes::asking(project)));
    }
    files.push(Rendered::new(
        "infra/fleet/src/lib.rs",
        fleet::file(project),
    ));
    files.push(Rendered::new(
        "docs/authorization.md",
        authorization::page(project),
    ));
    files.push(Rendered::new("docs/errors.md", errors::page()));
    files.push(Rendered::new(
        "docs/personal-data.md",
        personal::page(project),
    ));
    files.extend(events::files(project, &contracts::catalogue()));
    files
}

/// What follows from the types of the functions too.
pub fn of_functions(project: &Project, descriptions: &Descriptions) -> Vec<Rendered> {
    let mut files = vec![Rendered::new(
        OPENAPI,
        openapi::document(project, descriptions),
    )];
    files.extend(invocations::files(
        project,
        &contracts::catalogue(),
        descriptions,
    ));
    files
}

const OPENAPI: &str = "infra/openapi.json";

/// Writes what differs from what is on disk, and says what that was.
pub fn write(project: &Project, manifests_alone: bool) -> Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for file in of_manifests(project) {
        write_one(project, file, &mut written)?;
    }
    if manifests_alone {
        return Ok(written);
    }
    if !project.root.join(OPENAPI).is_file() {
        // A function may hold the document in its binary: the first time it is built with an empty one.
        let empty = openapi::document(project, &Descriptions::new());
        write_one(project, Rendered::new(OPENAPI, empty), &mut Vec::new())?;
    }
    let descriptions = describe::all(project)?;
    for file in of_functions(project, &descriptions) {
        write_one(project, file, &mut written)?;
    }
    Ok(written)
}

fn write_one(project: &Project, file: Rendered, written: &mut Vec<PathBuf>) -> Result<()> {
    let path = project.root.join(&file.path);
    if std::fs::read_to_string(&path).ok().as_deref() == Some(file.text.as_str()) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&path, &file.text)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    written.push(file.path);
    Ok(())
}

#[cfg(test)]
mod tests;
