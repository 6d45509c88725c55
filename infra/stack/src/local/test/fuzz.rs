//! Schemathesis on the live API: whatever the description allows or forbids, the answers keep to it.

use std::fs::File;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::local::api::{Api, Ask, text};
use crate::local::place::{LogIn, Place};
use crate::local::term::say;
use crate::local::up::password;

/// The same cases at each run.
const SEED: &str = "20260114";

/// No server error, and no answer that the description does not know.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";

/// What the description shows, and chance; and beside it each limit that it names.
const BRIEFLY: &str = "examples,fuzzing";
const THOROUGHLY: &str = "examples,coverage,fuzzing";

/// Cases for each operation and caller.
const EXAMPLES: &str = "5";

/// As a customer, as a seller and as someone with every role: no server error, no answer that the description does
/// not know.
pub(super) fn api(place: &Place) -> Result<()> {
    let platform = place.platform()?;
    let api = Api::new(&platform.api);
    let document = api.expect(200, "GET", "/v1/openapi.json", Ask::default())?;
    place.write("openapi.json", &document)?;

    // Accounts of its own: the catalogue's are for people.
    let admin = api
        .log_in(&platform.admin)?
        .context("the admin cannot log in")?;
    let customer = caller(&api, &admin, &["customer"])?;
    let seller = caller(&api, &admin, &["customer", "seller"])?;
    let all = caller(
        &api,
        &admin,
        &["customer", "seller", "admin", "super_admin"],
    )?;

    // One thread each, as hypothesis' own source reading is not safe in many; they run side by side. Whoever may do
    // everything is refused nothing before it was read: every limit of the description is tried with that token, by
    // three that share the paths among them.
    let callers = [
        ("customer", &customer, BRIEFLY, "^/"),
        ("seller", &seller, BRIEFLY, "^/"),
        ("all a-c", &all, THOROUGHLY, "^/v1/[a-c]"),
        ("all d-q", &all, THOROUGHLY, "^/v1/[d-q]"),
        ("all r-z", &all, THOROUGHLY, "^/(v1/[r-z]|[^v])"),
    ];
    let mut runs = Vec::new();
    for (caller, token, phases, paths) in callers {
        let log = place.state(&format!("api-{}.log", caller.replace(' ', "-")));
        let output = File::create(&log)?;
        let mut command = schemathesis(place, &platform.api, token);
        let run = command
            .args(["--phases", phases, "--include-path-regex", paths])
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .context("schemathesis is not installed; `make up` installs it")?;
        runs.push((caller, log, run));
    }
    let mut unsound = Vec::new();
    for (caller, log, mut run) in runs {
        let sound = run.wait()?.success();
        let text = std::fs::read_to_string(&log)?;
        let cases = text.lines().find(|line| line.contains(" generated, "));
        say(format!(
            "   {caller:<9} {}",
            cases.unwrap_or_default().trim()
        ));
        if !sound {
            found(&text);
            unsound.push(caller);
        }
    }
    ensure!(
        unsound.is_empty(),
        "unsound answers to: {}; .local/api-*.log say all",
        unsound.join(", ")
    );
    Ok(())
}

/// The token of a new account with these roles.
fn caller(api: &Api, admin: &str, roles: &[&str]) -> Result<String> {
    let account = account()?;
    let token = api.enter(&account, "Api Caller")?;
    let profile = api.expect(200, "GET", "/v1/customers/me", Ask::default().by(&token))?;
    let path = format!("/v1/customers/{}/roles", text(&profile, "id")?);
    let roles = json!({ "roles": roles });
    api.expect(200, "PUT", &path, Ask::json(&roles).by(admin))?;
    api.log_in(&account)?
        .context("who was registered cannot log in")
}

/// An account that nobody else has.
fn account() -> Result<LogIn> {
    let password = password()?;
    let email = format!("api-{}@souk.example", password[..8].to_lowercase());
    Ok(LogIn { email, password })
}

/// Prints what a run found, without what it says besides.
fn found(text: &str) {
    let lines = text
        .lines()
        .skip_while(|line| !line.contains("= ERRORS =") && !line.contains("= FAILURES ="));
    for line in lines
        .take_while(|line| !line.contains("= WARNINGS ="))
        .take(120)
    {
        say(line.chars().take(240).collect::<String>());
    }
}

fn schemathesis(place: &Place, base: &str, token: &str) -> Command {
    let mut command = place.tool("schemathesis");
    command
        .args(["run", ".local/openapi.json", "--url", base])
        .args(["--header", &format!("Authorization:Bearer {token}")])
        .args(["--max-examples", EXAMPLES, "--seed", SEED])
        .args(["--checks", CHECKS])
        // Its own logout would end the session in the middle of the run.
        .args(["--exclude-path", "/v1/auth/logout"])
        .args(["--workers", "1", "--request-timeout", "30"])
        .args(["--suppress-health-check", "all", "--no-color"]);
    command
}
