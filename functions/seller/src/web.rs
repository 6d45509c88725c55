//! Addresses of web pages that others are shown.

use std::{fmt, str::FromStr};

use http::Uri;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// What browsers and proxies take without fail (RFC 9110 §4.1 asks for 8000 octets, many take less).
const LONGEST: usize = 2_000;

/// The text is no address of a page that is safe to link to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an address such as https://www.example.com/about")]
pub struct InvalidWebAddress;

/// `https://www.example.com/about`: an `https` URL (RFC 9110 §4.2.2) of a named host, without a user or a port. A
/// link to anything else, `javascript:` above all, must not come to a page of the shop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WebAddress(String);

impl FromStr for WebAddress {
    type Err = InvalidWebAddress;
    fn from_str(text: &str) -> Result<Self, InvalidWebAddress> {
        text.to_owned().try_into()
    }
}

impl TryFrom<String> for WebAddress {
    type Error = InvalidWebAddress;
    fn try_from(text: String) -> Result<Self, InvalidWebAddress> {
        if text.len() > LONGEST || text.contains('\\') {
            return Err(InvalidWebAddress);
        }
        let uri: Uri = text.parse().map_err(|_| InvalidWebAddress)?;
        let authority = uri.authority().ok_or(InvalidWebAddress)?.as_str();
        let is_name = |host: &str| {
            let labels = host.split('.');
            let is_label = |label: &str| {
                let letters = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
                !label.is_empty() && label.len() <= 63 && label.bytes().all(letters)
            };
            let top = host.rsplit('.').next().unwrap_or_default();
            host.contains('.')
                && labels.into_iter().all(is_label)
                && top.starts_with(|c: char| c.is_ascii_alphabetic())
        };
        // A user or a port would be part of the authority, and of no host's name.
        if uri.scheme_str() == Some("https") && is_name(authority) {
            Ok(Self(text))
        } else {
            Err(InvalidWebAddress)
        }
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

kernel::written_as_text!(WebAddress);

impl JsonSchema for WebAddress {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "WebAddress".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "uri",
            "pattern": "^https://([A-Za-z0-9-]{1,63}\\.)+[A-Za-z][A-Za-z0-9-]{0,62}([/?][A-Za-z0-9/?&=._~%+-]*)?$",
            "maxLength": LONGEST,
            "examples": ["https://www.example.com/about"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_a_named_host_is_linked_to_and_nothing_else() {
        for good in [
            "https://example.com",
            "https://www.example.com/about?a=b",
            "https://xn--bcher-kva.example/",
        ] {
            assert_eq!(good.parse::<WebAddress>().unwrap().to_string(), good);
        }
        for wrong in [
            "",
            "example.com",
            "/about",
            "http://example.com",
            "javascript:alert(1)",
            "https://user@example.com",
            "https://example.com:8080/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://localhost/",
            "https://exam ple.com/",
            "https://example.com\\@evil.example/",
            "https://.com",
            &format!("https://example.com/{}", "a".repeat(2_000)),
        ] {
            assert!(wrong.parse::<WebAddress>().is_err(), "{wrong}");
        }
    }
}
