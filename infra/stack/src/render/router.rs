//! `CargoLambda.toml`: the routes for `cargo lambda watch`, which reads this file where it is started.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::sam::NOTICE;
use crate::manifest::Route;
use crate::project::Project;

/// The methods that a client may try; those that a path does not take go to the function behind `$default`.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// The file.
pub fn file(project: &Project) -> String {
    let mut paths: BTreeMap<String, BTreeMap<&str, &str>> = BTreeMap::new();
    let mut otherwise = None;
    for function in project.functions() {
        match function.route() {
            Some(Route::Path { method, path }) => {
                let method = METHODS.iter().find(|known| *known == method);
                paths
                    .entry(path.clone())
                    .or_default()
                    .extend(method.map(|method| (*method, function.name)));
            }
            Some(Route::Default) => otherwise = Some(function.name),
            None => {}
        }
    }
    let mut file = format!("{NOTICE}\n[watch.router]\n");
    for (path, functions) in &paths {
        let _ = writeln!(file, "\"{path}\" = [");
        for method in METHODS {
            if let Some(function) = functions.get(method).copied().or(otherwise) {
                let _ = writeln!(
                    file,
                    "  {{ method = \"{method}\", function = \"{function}\" }},"
                );
            }
        }
        file.push_str("]\n");
    }
    if let Some(function) = otherwise {
        let _ = writeln!(
            file,
            "\"/\" = \"{function}\"\n\"/{{*path}}\" = \"{function}\""
        );
    }
    file
}
