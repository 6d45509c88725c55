//! Every route there is, to tell a wrong path from a wrong method.

use kernel::{Code, Problem};
use lambda::Platform;

/// Rendered from all manifests: a method and a path a line.
const ALL: &str = include_str!("routes.txt");

/// The routes of the API.
#[derive(Debug)]
pub struct Routes(Vec<(&'static str, &'static str)>);

impl Routes {
    /// Those of this version.
    pub async fn start(_: &'static Platform) -> Result<Self, Problem> {
        Ok(Self::read(ALL))
    }

    fn read(text: &'static str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Self(lines.filter_map(|line| line.split_once(' ')).collect())
    }

    /// Why there is nothing behind this method of this path.
    pub fn refusal(&self, method: &str, path: &str) -> Problem {
        let of_path = self.0.iter().filter(|(_, pattern)| fits(pattern, path));
        let allowed: Vec<&str> = of_path.map(|(method, _)| *method).collect();
        // A route that takes the method and still led here was reached by another spelling of its path.
        if allowed.is_empty() || allowed.contains(&method) {
            return Code::RouteNotFound.into();
        }
        let allowed = allowed.join(", ");
        Problem::method_not_allowed(allowed.clone()).detail(format!("It takes {allowed}."))
    }
}

/// Whether a path is one of a pattern's: `{id}` stands for one segment that is not empty.
fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) => {
                let any = wanted.starts_with('{') && !given.is_empty();
                if !any && wanted != given {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes() -> Routes {
        Routes::read(
            "# rendered\nGET /v1/orders\nPOST /v1/orders\nGET /v1/orders/{id}\nGET /v1/health\n",
        )
    }

    fn refusal(method: &str, path: &str) -> (Code, Option<String>) {
        let problem = routes().refusal(method, path);
        (problem.code(), problem.allowed().map(str::to_owned))
    }

    #[test]
    fn a_wrong_method_is_told_the_right_ones() {
        let allowed = |methods: &str| (Code::MethodNotAllowed, Some(methods.to_owned()));
        assert_eq!(refusal("DELETE", "/v1/orders"), allowed("GET, POST"));
        assert_eq!(refusal("POST", "/v1/orders/ord_1"), allowed("GET"));
        assert_eq!(refusal("HEAD", "/v1/health"), allowed("GET"));
    }

    #[test]
    fn a_wrong_path_is_nothing() {
        for path in [
            "/",
            "",
            "/v1/orders/",
            "/v1/orders/ord_1/x",
            "//v1/orders",
            "/v2/orders",
            "/V1/ORDERS",
        ] {
            assert_eq!(refusal("GET", path), (Code::RouteNotFound, None), "{path}");
        }
        assert_eq!(refusal("GET", "/v1/orders").0, Code::RouteNotFound);
    }

    #[test]
    fn every_line_is_a_route() {
        let routes = Routes::read(ALL);
        assert!(!routes.0.is_empty());
        for (method, path) in routes.0 {
            assert!(
                ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method),
                "{method}"
            );
            assert!(path.starts_with('/'), "{path}");
        }
    }
}
