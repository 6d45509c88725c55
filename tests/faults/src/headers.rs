//! What every answer must carry, written down a second time.

use serde_json::Value;
use testkit::Answer;

const ALWAYS: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    (
        "strict-transport-security",
        "max-age=63072000; includeSubDomains",
    ),
    ("cross-origin-resource-policy", "same-origin"),
];

/// What is wrong with an answer's headers.
pub fn wrong(answer: &Answer) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, value) in ALWAYS {
        if answer.header(name) != *value {
            wrong.push(format!("{name}: {}", answer.header(name)));
        }
    }
    let policy = answer.header("content-security-policy");
    let is_page = answer.header("content-type").starts_with("text/html");
    let bound = policy.contains("frame-ancestors 'none'");
    // A page has a policy of its own beside this one, in its head.
    let inert = policy.starts_with("default-src 'none';");
    if !bound || inert == is_page {
        wrong.push(format!("content-security-policy: {policy}"));
    }
    if is_page
        && !answer
            .text
            .contains("http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'")
    {
        wrong.push("a page without a policy of its own".to_owned());
    }
    let kept = answer.header("cache-control");
    let is_versioned = !answer.header("etag").is_empty();
    let right = match answer.body.get("keys") {
        // A key set is the same for everyone.
        Some(_) if is_versioned => "public, max-age=300",
        None if is_versioned => "private, no-cache",
        _ => "no-store",
    };
    if kept != right {
        wrong.push(format!("cache-control: {kept}"));
    }
    if answer.header("x-request-id").is_empty() {
        wrong.push("no x-request-id".to_owned());
    }
    if !answer.header("permissions-policy").contains("camera=()") {
        wrong.push("no permissions-policy".to_owned());
    }
    // Who may read an answer across origins is said at the gateway, once; who made it is nobody's to know.
    let names = answer.headers.as_object().into_iter().flatten();
    for (name, value) in names {
        let told = name.starts_with("access-control-")
            || ["server", "x-powered-by"].contains(&name.as_str());
        let lower = name.chars().all(|letter| !letter.is_ascii_uppercase());
        if told || !lower || !matches!(value, Value::String(_)) {
            wrong.push(format!("{name}: {value}"));
        }
    }
    if answer.status == 401 && answer.header("www-authenticate") != "Bearer" {
        wrong.push("a 401 without www-authenticate".to_owned());
    }
    wrong
}
