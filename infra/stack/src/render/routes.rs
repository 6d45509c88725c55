//! `functions/gateway/src/routes.txt`: every route, for the function that refuses all others;
//! `functions/role/src/routes.txt`: every route that asks for a permission, for the catalogue of permissions.

use super::sam::NOTICE;
use crate::manifest::Route;
use crate::project::Project;

/// Where it belongs.
pub const PATH: &str = "functions/gateway/src/routes.txt";

/// Where the routes by what they ask for belong.
pub const ASKING_PATH: &str = "functions/role/src/routes.txt";

/// The file of them: `order:read@own GET /v1/orders` a line, by permission and path.
pub fn asking(project: &Project) -> String {
    let mut lines = Vec::new();
    for function in project.functions() {
        let allow = function.entry.allow.as_deref().unwrap_or_default();
        if let (Some(Route::Path { method, path }), Some(_)) =
            (function.route(), allow.split_once('@'))
        {
            lines.push(format!("{allow} {method} {path}\n"));
        }
    }
    lines.sort();
    format!("{NOTICE}{}", lines.concat())
}

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
