//! What every answer carries, whatever it says: OWASP's REST security cheat sheet
//! (<https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers>). What keeps
//! an answer out of shared caches is said where it is known whose it is. template.yaml has the same list for what
//! the gateway answers by itself.

/// On every answer.
pub(super) const ALWAYS: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    (
        "strict-transport-security",
        "max-age=63072000; includeSubDomains",
    ),
    // A page of another site reads it by CORS or not at all (Fetch §3.7).
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// The policy of an answer that is no page: whatever a browser takes it for, nothing of it runs.
const NO_PAGE: &str = "default-src 'none'; frame-ancestors 'none'";
/// A page brings a policy of its own, which names its parts by their digests; only what a page cannot say itself
/// is said here (CSP level 3, §3.3).
const PAGE: &str = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The Content-Security-Policy of an answer of this type.
pub(super) fn policy(content_type: Option<&str>) -> &'static str {
    match content_type {
        Some(text) if text.starts_with("text/html") => PAGE,
        _ => NO_PAGE,
    }
}
