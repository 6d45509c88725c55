//! The stacks of the local stage: created where they are missing, updated where they changed.

mod stack;

use std::collections::{BTreeMap, BTreeSet};
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
    /// Keys of the objects in the code bucket.
    code: BTreeSet<String>,
    /// The digest of each stack's template and parameters.
    stacks: BTreeMap<String, String>,
}

/// Uploads the code that changed and deploys the stacks that changed: the platform, then all services at once.
pub(super) fn deploy(place: &Place, services: &[String], functions: &[String]) -> Result<()> {
    let emulator = Emulator::new(place);
    let mut deployed: Deployed = place.read("deployed.json").unwrap_or_default();
    let keys = upload(place, &emulator, functions, &mut deployed)?;

    let step = Step::of("deploy", services.len() + 1);
    let settings = settings(place)?;
    let platform = Stack::read(place, "template.yaml", "platform", &settings, &keys)?;
    let deployed = Mutex::new(deployed);
    let mut changed = usize::from(platform.apply(&emulator, &deployed)?);
    step.part("platform");

    let outcomes: Vec<Result<bool>> = std::thread::scope(|scope| {
        let deploying: Vec<_> = services
            .iter()
            .map(|service| {
                let (emulator, deployed, step, settings, keys) =
                    (&emulator, &deployed, &step, &settings, &keys);
                scope.spawn(move || {
                    let path = format!("infra/sam/{service}.yaml");
                    let stack = Stack::read(place, &path, service, settings, keys)?;
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
    let all = services.len() + 1;
    step.done(if changed == 0 {
        format!("{all} stacks, nothing changed")
    } else {
        format!("{changed} of {all} stacks")
    });
    Ok(())
}

/// Zips and uploads what changed; the object of each function.
fn upload(
    place: &Place,
    emulator: &Emulator,
    functions: &[String],
    deployed: &mut Deployed,
) -> Result<BTreeMap<String, String>> {
    let step = Step::of("upload", functions.len());
    step.note("zipping");
    let packed = quiet(
        place
            .tool("python")
            .args(["infra/local/pack.py", "target/lambda", ".local/zips"])
            .args(functions),
    )?;
    let digests: BTreeMap<String, String> =
        serde_json::from_str(&packed).context("pack.py printed no JSON")?;
    emulator.make_bucket(CODE)?;
    let mut keys = BTreeMap::new();
    let mut sent = 0;
    for (function, digest) in digests {
        let file = format!("{function}.{}.zip", &digest[..16]);
        if !deployed.code.contains(&file) {
            emulator.put_object(
                CODE,
                &file,
                &std::fs::read(place.state("zips").join(&file))?,
            )?;
            deployed.code.insert(file.clone());
            sent += 1;
        }
        step.part(&function);
        keys.insert(function, file);
    }
    place.write("deployed.json", deployed)?;
    step.done(if sent == 0 {
        "nothing changed".to_owned()
    } else {
        format!("{sent} functions")
    });
    Ok(keys)
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
