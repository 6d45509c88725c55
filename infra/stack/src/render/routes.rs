//! `functions/gateway/src/routes.txt`: every route, for the function that refuses all others.

use super::sam::NOTICE;
use crate::manifest::Route;
use crate::project::Project;

/// Where it belongs.
pub const PATH: &str = "functions/gateway/src/routes.txt";

/// The file: `METHOD /path` a line, by path, the methods in the order in which `Allow` lists them.
pub fn file(project: &Project) -> String {
    let rank = |method: &str| {
        ["GET", "POST", "PUT", "PATCH", "DELETE"]
            .iter()
            .position(|known| *known == method)
    };
    let mut routes = Vec::new();
    for function in project.functions() {
        if let Some(Route::Path { method, path }) = function.route() {
            routes.push((path.clone(), rank(method), format!("{method} {path}\n")));
        }
    }
    routes.sort();
    let lines: String = routes.into_iter().map(|(.., line)| line).collect();
    format!("{NOTICE}{lines}")
}
