//! The OpenAPI document.

use kernel::{Problem, Reply};
use lambda::{
    Platform,
    http::{self, Outcome},
};

/// Rendered from every service's manifest and from the types that the handlers really parse.
const DOCUMENT: &[u8] = include_bytes!("../../../infra/openapi.json");

/// The API's description, as it was when this version was built.
#[derive(Debug)]
pub struct ApiDescription {
    version: String,
}

impl ApiDescription {
    /// That of this version.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            version: version(platform, DOCUMENT),
        })
    }

    /// The document.
    pub fn reply(&self) -> Outcome<http::Document> {
        Ok(versioned(
            http::document("application/json", DOCUMENT)?,
            &self.version,
        ))
    }
}

/// A reply that shows what was built in: it changes when another version is deployed.
pub(crate) fn versioned<T>(mut reply: Reply<T>, version: &str) -> Reply<T> {
    reply.etag = Some(format!("\"{version}\""));
    reply
}

/// The version that is deployed, and how long what it shows is: on a laptop, one version is built many times.
pub(crate) fn version(platform: &Platform, shown: &[u8]) -> String {
    let deployed = platform.optional("VERSION").unwrap_or("unversioned");
    let visible = |c: &char| c.is_ascii_graphic() && *c != '"';
    let deployed: String = deployed.chars().filter(visible).collect();
    format!("{deployed}-{}", shown.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_json() {
        let document: serde_json::Value = serde_json::from_slice(DOCUMENT).unwrap();
        assert!(document.is_object());
    }
}
