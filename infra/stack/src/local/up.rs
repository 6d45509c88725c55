//! `make up` and `make down`: each step does only what is needed.

use std::time::Instant;

use anyhow::{Context, Result, bail};
use console::style;
use serde_json::json;
use ureq::http::Method;

use super::api::Api;
use super::aws::Emulator;
use super::place::{LogIn, Place, Platform, STAGE};
use super::term::{Step, say, wait_for};
use super::{catalogue, deploy, doctor, emulator, tools};
use crate::project::Project;
use crate::render;

/// Starts the platform, or brings the running one up to date.
pub(super) fn up(place: &Place) -> Result<()> {
    let began = Instant::now();
    doctor::needed(place)?;
    let project = Project::read(&place.root)?;
    let services: Vec<String> = project.services.keys().cloned().collect();

    say(format!("{}\n", style("Souk, on this machine").bold()));
    tools::install(place)?;
    let step = Step::new("render");
    let written = render::write(&project, true)?.len();
    step.done(if written == 0 {
        "nothing changed".to_owned()
    } else {
        format!("{written} files")
    });
    let program = tools::build(place, &project)?;
    let step = Step::new("emulator");
    let fresh = emulator::start(place)?;
    step.done(format!(
        "{} {}",
        if fresh { "started on" } else { "runs on" },
        place.endpoint()
    ));
    deploy::upload(place, &program)?;
    deploy::deploy(place, &services)?;
    let platform = describe(place)?;
    admin(place, &platform)?;
    catalogue::import(place, &platform)?;
    say(format!(
        "\n  Up in {:.1} s.\n",
        began.elapsed().as_secs_f32()
    ));
    introduce(&platform);
    Ok(())
}

/// Stops the platform.
pub(super) fn down(place: &Place) -> Result<()> {
    let step = Step::new("down");
    let was = emulator::stop(place)?;
    step.done(if was {
        "nothing of it is running"
    } else {
        "it was not running"
    });
    Ok(())
}

/// Writes `.local/platform.json` unless the running platform has one.
fn describe(place: &Place) -> Result<Platform> {
    if let Ok(platform) = place.platform() {
        return Ok(platform);
    }
    let api = place.api();
    let platform = Platform {
        docs: format!("{api}/docs"),
        endpoint: place.endpoint(),
        mails: format!("{}/_ministack/ses/messages", place.endpoint()),
        admin: LogIn {
            email: "admin@souk.example".to_owned(),
            password: password()?,
        },
        sellers: catalogue::SELLERS
            .iter()
            .map(|seller| {
                Ok(LogIn {
                    email: seller.email(),
                    password: password()?,
                })
            })
            .collect::<Result<_>>()?,
        api,
    };
    place.write("platform.json", &platform)?;
    Ok(platform)
}

/// Makes the first super admin, once. Only who may invoke functions can: there is no route to it.
fn admin(place: &Place, platform: &Platform) -> Result<()> {
    let step = Step::new("admin");
    let api = Api::new(&platform.api);
    if api.log_in(&platform.admin)?.is_some() {
        step.done(&platform.admin.email);
        return Ok(());
    }
    let emulator = Emulator::new(place);
    let person = json!({
        "email": platform.admin.email,
        "password": platform.admin.password,
        "name": "First Admin",
    });
    invoke(
        &emulator,
        &format!("{STAGE}-customer-create-first-admin"),
        person.to_string().as_bytes(),
    )?;
    wait_for(
        "the first admin to log in",
        std::time::Duration::from_secs(10),
        || api.log_in(&platform.admin),
    )?;
    step.done(&platform.admin.email);
    Ok(())
}

/// Invokes a function and waits for its answer.
pub(super) fn invoke(emulator: &Emulator, function: &str, payload: &[u8]) -> Result<String> {
    let path = format!("/2015-03-31/functions/{function}/invocations");
    let answer = emulator.rest("lambda", Method::POST, &path, &[], payload)?;
    if answer.status != 200 || answer.text.contains("\"errorType\"") {
        bail!("{function} failed: {} {}", answer.status, answer.text);
    }
    Ok(answer.text)
}

/// 24 letters and digits from the system's randomness: 142 bits.
pub(super) fn password() -> Result<String> {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut found = String::new();
    while found.len() < 24 {
        let mut bytes = [0; 64];
        getrandom::fill(&mut bytes)
            .ok()
            .context("the system gives no randomness")?;
        // Bytes past the last whole 62 are left out, so that each letter is as likely as the others.
        found.extend(
            bytes
                .iter()
                .filter(|byte| **byte < 248)
                .map(|byte| char::from(LETTERS[usize::from(byte % 62)])),
        );
    }
    found.truncate(24);
    Ok(found)
}

fn introduce(platform: &Platform) {
    let Platform {
        api,
        docs,
        mails,
        admin,
        ..
    } = platform;
    let head = |text: &str| style(format!("{text:<9}")).bold();
    say(format!("  {} {api}", head("API")));
    say(format!("  {} {docs}", head("Docs")));
    say(format!(
        "  {} {}  {}",
        head("Admin"),
        admin.email,
        admin.password
    ));
    say(format!("  {} {mails}", head("Mails")));
    say(format!(
        "
  Try it:
    curl '{api}/v1/products?limit=3'
    curl {api}/v1/auth/login -H 'content-type: application/json' \\
         -d '{{\"email\":\"{}\",\"password\":\"{}\"}}'
    curl {api}/v1/health

  make demo   buys something before your eyes      make logs   follows the functions
  make watch  serves the API with hot reload       make down   stops everything
",
        admin.email, admin.password,
    ));
}
