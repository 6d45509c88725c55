//! The codes that an endpoint refuses with: what its manifest lists, or else what the service's sources name.

use std::path::Path;

use kernel::Code;

use crate::names;
use crate::plan::Planned;
use crate::project::Project;

/// The codes, by name.
pub(super) fn of(project: &Project, function: &Planned<'_>) -> Vec<String> {
    if !function.entry.codes.is_empty() {
        return function.entry.codes.clone();
    }
    let source = project
        .root
        .join("functions")
        .join(function.service())
        .join("src");
    let mut text = rust(&source);
    text.push_str(&std::fs::read_to_string(project.page(function)).unwrap_or_default());
    let reads = function.route().and_then(crate::manifest::Route::method) == Some("GET");
    Code::ALL
        .iter()
        // A read stands against nothing.
        .filter(|code| !(reads && code.status() == 409) && names_it(&text, **code))
        .map(|code| code.name().to_owned())
        .collect()
}

/// Whether a source says `Code::OrderNotFound`, and not only a longer name that begins so.
fn names_it(text: &str, code: Code) -> bool {
    let wanted = format!("Code::{}", names::pascal(code.name()));
    text.match_indices(&wanted).any(|(at, _)| {
        !text[at + wanted.len()..].starts_with(|next: char| next.is_ascii_alphanumeric())
    })
}

/// The sources beside the pages, those of modules in folders too.
fn rust(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "bin") {
            text.push_str(&rust(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(&path).unwrap_or_default());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_named_by_its_whole_name() {
        assert!(names_it(
            "Err(Code::OrderNotFound.into())",
            Code::OrderNotFound
        ));
        assert!(!names_it("Code::Conflicted", Code::Conflict));
    }
}
