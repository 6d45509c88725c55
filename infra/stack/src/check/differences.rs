//! What is on disk is what would be rendered: nobody changed a rendered file by hand or forgot to render.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::Finding;
use crate::project::Project;
use crate::render::Rendered;

/// Folders in which every file is rendered: what is not rendered any more must go.
const RENDERED_FOLDERS: [&str; 2] = ["infra/sam", "events/invocations"];

/// Compares, byte by byte.
pub fn of(project: &Project, rendered: &[Rendered]) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for file in rendered {
        let there = std::fs::read_to_string(project.root.join(&file.path)).unwrap_or_default();
        if there == file.text {
            continue;
        }
        let line = there
            .lines()
            .zip(file.text.lines())
            .take_while(|(one, other)| one == other)
            .count()
            + 1;
        let place = format!("{}:{line}", file.path.display());
        found.push(Finding::new(
            place,
            "differs from what the manifests say; run `cargo stack render`",
        ));
    }
    let known: BTreeSet<&PathBuf> = rendered.iter().map(|file| &file.path).collect();
    for folder in RENDERED_FOLDERS {
        // Without the functions' descriptions nothing in a folder may be rendered: then nothing is left over.
        if !known.iter().any(|path| path.starts_with(folder)) {
            continue;
        }
        for path in files(&project.root.join(folder))? {
            let path = path.strip_prefix(&project.root).unwrap_or(&path).to_owned();
            if !known.contains(&path) {
                let message = "is no longer rendered from any manifest; delete it";
                found.push(Finding::new(path.display().to_string(), message));
            }
        }
    }
    Ok(found)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::shop;

    #[test]
    fn a_file_that_is_missing_or_changed_is_named_with_its_line() {
        let project = shop();
        let rendered = [Rendered {
            path: "template.yaml".into(),
            text: "a\n".into(),
        }];
        let found = of(&project, &rendered).unwrap();
        assert_eq!(found[0].place, "template.yaml:1");
    }
}
