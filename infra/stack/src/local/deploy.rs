//! The stacks of the local stage: created where they are missing, updated where they changed.

mod stack;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::aws::Emulator;
use super::place::{Place, STAGE};
use super::term::Step;
use super::tools::quiet;
use stack::Stack;
pub(super) use stack::{configuration, configured, defaults};

/// Where the functions' code lies in the emulator.
const CODE: &str = "souk-local-code";

/// What the running emulator holds; `.local/deployed.json`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Deployed {
    /// The key of the functions' code in its bucket.
    code: String,
    /// The digest of each stack's template and parameters.
    stacks: BTreeMap<String, String>,
}

/// Deploys the stacks that changed, with the code that was uploaded last: the platform, then all services at once.
pub(super) fn deploy(place: &Place, services: &[String]) -> Result<()> {
    let emulator = Emulator::new(place);
    let deployed: Deployed = place.read("deployed.json").unwrap_or_default();
    let code = deployed.code.clone();

    let step = Step::of("deploy", services.len() + 1);
    let settings = settings(place)?;
    let platform = Stack::read(place, "template.yaml", "platform", &settings, &code)?;
    let deployed = Mutex::new(deployed);
    let mut changed = usize::from(platform.apply(&emulator, &deployed)?);
    step.part("platform");

    let outcomes: Vec<Result<bool>> = std::thread::scope(|scope| {
        let deploying: Vec<_> = services
            .iter()
            .map(|service| {
                let (emulator, deployed, step, settings, code) =
                    (&emulator, &deployed, &step, &settings, &code);
                scope.spawn(move || {
                    let path = format!("infra/sam/{service}.yaml");
                    let stack = Stack::read(place, &path, service, settings, code)?;
                    let changed = stack.apply(emulator, deployed)?;
                    step.part(service);
                    Ok(changed)
                })
            })
            .collect();
        deploying
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| bail!("a deployment panicked"))
            })
            .collect()
    });
    if let Ok(deployed) = deployed.into_inner() {
        place.write("deployed.json", &deployed)?;
    }
    for outcome in outcomes {
        changed += usize::from(outcome?);
    }
    forget_others(place, &code)?;
    let all = services.len() + 1;
    step.done(if changed == 0 {
        format!("{all} stacks, nothing changed")
    } else {
        format!("{changed} of {all} stacks")
    });
    Ok(())
}

/// Zips and uploads the program that runs every function, unless these very bytes are there.
pub(super) fn upload(place: &Place, program: &Path) -> Result<()> {
    let step = Step::new("upload");
    let emulator = Emulator::new(place);
    let mut deployed: Deployed = place.read("deployed.json").unwrap_or_default();
    let packed = quiet(
        place
            .tool("python")
            .arg("infra/local/pack.py")
            .args([program, &place.state("code")]),
    )?;
    let zip = Path::new(packed.trim());
    let key = zip.file_name().and_then(|name| name.to_str());
    let key = key.context("pack.py printed no path")?;
    if deployed.code == key {
        step.done("nothing changed");
        return Ok(());
    }
    emulator.make_bucket(CODE)?;
    emulator.put_object(CODE, key, &std::fs::read(zip)?)?;
    key.clone_into(&mut deployed.code);
    place.write("deployed.json", &deployed)?;
    step.done(key);
    Ok(())
}

/// Removes the programs that no function runs any more.
fn forget_others(place: &Place, code: &str) -> Result<()> {
    for entry in std::fs::read_dir(place.state("code"))? {
        let path = entry?.path();
        if path.file_stem() != Path::new(code).file_stem() {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// The parameters of every stack of this stage, by name.
fn settings(place: &Place) -> Result<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(place.at("infra/local/parameters.toml"))?;
    let mut settings: BTreeMap<String, String> = toml::from_str(&text)
        .context("infra/local/parameters.toml holds something else than texts")?;
    let known: Option<Value> = place.read("keys.json");
    let keys = if let Some(keys) = known.filter(|keys| keys["audit_jwks"].is_object()) {
        keys
    } else {
        let keys: Value =
            serde_json::from_str(&quiet(place.tool("python").arg("infra/local/keys.py"))?)?;
        place.write("keys.json", &keys)?;
        keys
    };
    settings.insert("Stage".to_owned(), STAGE.to_owned());
    settings.insert("JwtSigningKey".to_owned(), keys["signing_key"].to_string());
    settings.insert("JwtKeys".to_owned(), keys["jwks"].to_string());
    let audit_key = keys["audit_signing_key"].to_string();
    settings.insert("AuditSigningKey".to_owned(), audit_key);
    settings.insert("AuditKeys".to_owned(), keys["audit_jwks"].to_string());
    Ok(settings)
}
