//! Everything that is written from the manifests. The same manifests always give the same bytes.

pub mod sam;
pub mod settings;

use std::path::PathBuf;

use anyhow::{Context, Result};

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
        Self { path: path.into(), text }
    }
}

/// Renders every file.
pub fn all(project: &Project) -> Result<Vec<Rendered>> {
    let mut files = Vec::new();
    for manifest in project.services.values() {
        files.push(Rendered::new(format!("infra/sam/{}.yaml", manifest.name), sam::template(project, manifest)));
    }
    Ok(files)
}

/// Writes what differs from what is on disk, and says what that was.
pub fn write(project: &Project) -> Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for file in all(project)? {
        let path = project.root.join(&file.path);
        if std::fs::read_to_string(&path).ok().as_deref() == Some(file.text.as_str()) {
            continue;
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&path, &file.text).with_context(|| format!("{} cannot be written", path.display()))?;
        written.push(file.path);
    }
    Ok(written)
}
