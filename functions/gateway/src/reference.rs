//! The API reference: one page that reads the OpenAPI document and shows it. Markup, style and script are files
//! of this repository, nothing is loaded from elsewhere.

use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::Problem;
use lambda::{
    Platform,
    http::{self, Outcome},
};
use sha2::{Digest, Sha256};

use crate::openapi::{version, versioned};

const PAGE: &str = include_str!("docs/page.html");
const STYLE: &str = include_str!("docs/style.css");
const SCRIPT: &str = include_str!("docs/script.js");

/// The page.
#[derive(Debug)]
pub struct Reference {
    page: String,
    version: String,
}

impl Reference {
    /// The page of this version.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        let page = page();
        Ok(Self {
            version: version(platform, page.as_bytes()),
            page,
        })
    }

    /// The page.
    pub fn reply(&self) -> Outcome<http::Document> {
        let page = http::document("text/html; charset=utf-8", self.page.as_str())?;
        Ok(versioned(page, &self.version))
    }
}

/// One file of three. The policy names the style and the script by their digests, so that nothing else runs on
/// the page, whatever gets into the description of the API (CSP level 3, §2.3.1).
fn page() -> String {
    let digest = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; img-src data:; \
         base-uri 'none'; form-action 'none'",
        digest(SCRIPT),
        digest(STYLE),
    );
    PAGE.replace("{{policy}}", &policy)
        .replace("{{style}}", STYLE)
        .replace("{{script}}", SCRIPT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_whole_and_loads_nothing_from_elsewhere() {
        let page = page();
        assert!(!page.contains("{{"), "a placeholder is left");
        for foreign in ["https://", "http://", " src=", "@import"] {
            assert!(!page.contains(foreign), "{foreign}");
        }
        assert!(!STYLE.contains("url("));
    }

    #[test]
    fn the_style_and_the_script_stand_between_their_tags_as_they_were_digested() {
        let page = page();
        assert!(page.contains(&format!("<style>{STYLE}</style>")));
        assert!(page.contains(&format!("<script type=\"module\">{SCRIPT}</script>")));
        assert!(!SCRIPT.contains("</script"), "it would end there");
        assert!(
            !SCRIPT.contains("innerHTML"),
            "text from the document is never markup"
        );
    }
}
