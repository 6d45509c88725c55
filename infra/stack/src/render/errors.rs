//! `docs/errors.md`: every code that a problem can have, from the kernel's catalogue.

use std::fmt::Write as _;

use kernel::Code;

const HEAD: &str = "<!-- Rendered by `cargo stack render` from shared/kernel/src/problem.rs; change it there. -->
# Errors

A refusal is `application/problem+json` (RFC 9457): `code`, `title`, `status`, `request_id`, often a `detail`, and for \
values that are wrong `errors` with a `pointer` (RFC 6901) to each. Decide by `code`: codes are stable, texts are for \
people and may change. Which of them an operation answers with is at `/docs` of a running platform, and in \
[infra/openapi.json](../infra/openapi.json).

| code | status | what it means |
|---|---:|---|
";

/// The page.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    let mut catalogue = Code::ALL.to_vec();
    catalogue.sort_by_key(|code| (code.status(), code.name()));
    for code in catalogue {
        let (name, status, title) = (code.name(), code.status(), code.title());
        let _ = writeln!(page, "| `{name}` | {status} | {title} |");
    }
    page
}
