//! Schemathesis on the live API: whatever the description allows or forbids, the answers keep to it.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::run;
use crate::local::api::{Api, Ask, text};
use crate::local::place::{LogIn, Place};
use crate::local::term::say;
use crate::local::up::password;

/// The same cases at each run.
const SEED: &str = "20260114";

/// Cases for each operation and caller.
const EXAMPLES: &str = "25";

/// As a customer, as a seller and as an admin: no server error, no answer that the description does not know.
pub(super) fn api(place: &Place) -> Result<()> {
    let platform = place.platform()?;
    let api = Api::new(&platform.api);
    let document = api.expect(200, "GET", "/v1/openapi.json", Ask::default())?;
    // Served under a path here; the document's own server is the root of a domain.
    let document = with_server(document, &platform.api);
    place.write("openapi.json", &document)?;

    let customer = LogIn {
        email: format!("api-{}@souk.example", password()?[..8].to_lowercase()),
        password: password()?,
    };
    let customer = api.enter(&customer, "Api Caller")?;
    let seller = platform
        .sellers
        .first()
        .context("the catalogue has no seller")?;
    // A seller of its own: the catalogue's products are for people.
    let own = LogIn {
        email: format!("api-{}@souk.example", password()?[..8].to_lowercase()),
        password: seller.password.clone(),
    };
    let token = api.enter(&own, "Api Seller")?;
    let admin = api
        .log_in(&platform.admin)?
        .context("the admin cannot log in")?;
    let profile = api.expect(200, "GET", "/v1/customers/me", Ask::default().by(&token))?;
    let roles = json!({ "roles": ["customer", "seller"] });
    let path = format!("/v1/customers/{}/roles", text(&profile, "id")?);
    api.expect(200, "PUT", &path, Ask::json(&roles).by(&admin))?;
    let seller = api.log_in(&own)?.context("the seller cannot log in")?;

    let mut unsound = Vec::new();
    for (caller, token) in [("customer", customer), ("seller", seller), ("admin", admin)] {
        say(format!("\nAs {caller}:"));
        if run(&mut schemathesis(place, &platform.api, &token)).is_err() {
            unsound.push(caller);
        }
    }
    ensure!(
        unsound.is_empty(),
        "unsound answers to: {}",
        unsound.join(", ")
    );
    Ok(())
}

fn schemathesis(place: &Place, base: &str, token: &str) -> std::process::Command {
    let mut command = place.tool("schemathesis");
    command
        .args(["run", ".local/openapi.json", "--url", base])
        .args(["--header", &format!("Authorization:Bearer {token}")])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES, "--seed", SEED])
        .args(["--checks", "not_a_server_error,response_schema_conformance,content_type_conformance,status_code_conformance"])
        // Its own logout would end the session in the middle of the run.
        .args(["--exclude-path", "/v1/auth/logout"])
        .args(["--workers", "4", "--request-timeout", "30", "--suppress-health-check", "all", "--no-color"]);
    command
}

fn with_server(mut document: Value, base: &str) -> Value {
    document["servers"] = json!([{ "url": base }]);
    document
}
