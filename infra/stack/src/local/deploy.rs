//! The stacks of the local stage: created where they are missing, updated where they changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::aws::{Answer, Emulator, element};
use super::place::{Place, STAGE};
use super::term::{Step, wait_for};
use super::tools::quiet;

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

/// One stack as it should be.
struct Stack {
    name: String,
    template: String,
    parameters: Vec<(String, String)>,
}

/// Uploads the code that changed and deploys the stacks that changed: the platform, then all services at once.
pub(super) fn deploy(place: &Place, services: &[String], functions: &[String]) -> Result<()> {
    let emulator = Emulator::new(place);
    let mut deployed: Deployed = place.read("deployed.json").unwrap_or_default();
    let keys = upload(place, &emulator, functions, &mut deployed)?;

    let step = Step::of("deploy", services.len() + 1);
    let settings = settings(place)?;
    let platform = Stack::read(place, "template.yaml", "platform", &settings, &keys)?;
    let mut changed = usize::from(platform.apply(&emulator, &mut deployed)?);
    place.write("deployed.json", &deployed)?;
    step.part("platform");

    let deployed = Mutex::new(deployed);
    let outcomes: Vec<Result<bool>> = std::thread::scope(|scope| {
        let deploying: Vec<_> = services
            .iter()
            .map(|service| {
                let (emulator, deployed, step, settings, keys) = (&emulator, &deployed, &step, &settings, &keys);
                scope.spawn(move || {
                    let path = format!("infra/sam/{service}.yaml");
                    let stack = Stack::read(place, &path, service, settings, keys)?;
                    let changed = stack.apply_shared(emulator, deployed)?;
                    step.part(service);
                    Ok(changed)
                })
            })
            .collect();
        deploying.into_iter().map(|thread| thread.join().unwrap_or_else(|_| bail!("a deployment panicked"))).collect()
    });
    if let Ok(deployed) = deployed.into_inner() {
        place.write("deployed.json", &deployed)?;
    }
    for outcome in outcomes {
        changed += usize::from(outcome?);
    }
    let all = services.len() + 1;
    step.done(if changed == 0 { format!("{all} stacks, nothing changed") } else { format!("{changed} of {all} stacks") });
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
    let digests: BTreeMap<String, String> = serde_json::from_str(&packed).context("pack.py printed no JSON")?;
    emulator.make_bucket(CODE)?;
    let mut keys = BTreeMap::new();
    let mut sent = 0;
    for (function, digest) in digests {
        let file = format!("{function}.{}.zip", &digest[..16]);
        if !deployed.code.contains(&file) {
            emulator.put_object(CODE, &file, &std::fs::read(place.state("zips").join(&file))?)?;
            deployed.code.insert(file.clone());
            sent += 1;
        }
        step.part(&function);
        keys.insert(function, file);
    }
    place.write("deployed.json", deployed)?;
    step.done(if sent == 0 { "nothing changed".to_owned() } else { format!("{sent} functions") });
    Ok(keys)
}

/// The parameters of every stack of this stage, by name.
fn settings(place: &Place) -> Result<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(place.at("infra/local/parameters.toml"))?;
    let mut settings: BTreeMap<String, String> =
        toml::from_str(&text).context("infra/local/parameters.toml holds something else than texts")?;
    let keys: Value = match place.read("keys.json") {
        Some(keys) => keys,
        None => {
            let keys = serde_json::from_str(&quiet(place.tool("python").arg("infra/local/keys.py"))?)?;
            place.write("keys.json", &keys)?;
            keys
        }
    };
    settings.insert("Stage".to_owned(), STAGE.to_owned());
    settings.insert("JwtSigningKey".to_owned(), keys["signing_key"].to_string());
    settings.insert("JwtKeys".to_owned(), keys["jwks"].to_string());
    Ok(settings)
}

impl Stack {
    /// Reads a template, points its functions at their code, and picks the parameters that it has.
    fn read(
        place: &Place,
        path: &str,
        name: &str,
        settings: &BTreeMap<String, String>,
        keys: &BTreeMap<String, String>,
    ) -> Result<Self> {
        let text = std::fs::read_to_string(place.at(path))
            .with_context(|| format!("{path} is missing; `make render` writes the services' templates"))?;
        let mut template = String::with_capacity(text.len());
        for line in text.lines() {
            match code_of(line) {
                Some((indent, function)) => {
                    let key = keys.get(function).with_context(|| format!("{path}: no binary for `{function}`"))?;
                    template.push_str(&format!("{indent}CodeUri: s3://{CODE}/{key}"));
                }
                None => template.push_str(line),
            }
            template.push('\n');
        }
        // JwtKeys is a value for the platform and the name of an SSM parameter for the services.
        let parameters = defaults(&text)
            .into_iter()
            .filter(|(parameter, _)| name == "platform" || *parameter != "JwtKeys")
            .filter_map(|(parameter, _)| Some((parameter.to_owned(), settings.get(parameter)?.clone())))
            .collect();
        Ok(Self { name: format!("souk-{STAGE}-{name}"), template, parameters })
    }

    fn digest(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(&self.template);
        digest.update(format!("{:?}", self.parameters));
        format!("{:x?}", digest.finalize().as_slice())
    }

    fn apply(&self, emulator: &Emulator, deployed: &mut Deployed) -> Result<bool> {
        let digest = self.digest();
        if deployed.stacks.get(&self.name) == Some(&digest) {
            return Ok(false);
        }
        self.change(emulator)?;
        deployed.stacks.insert(self.name.clone(), digest);
        Ok(true)
    }

    /// As `apply`, for many at once: the lock is not held while the emulator works.
    fn apply_shared(&self, emulator: &Emulator, deployed: &Mutex<Deployed>) -> Result<bool> {
        let digest = self.digest();
        let poisoned = |_| anyhow::anyhow!("another deployment panicked");
        if deployed.lock().map_err(poisoned)?.stacks.get(&self.name) == Some(&digest) {
            return Ok(false);
        }
        self.change(emulator)?;
        deployed.lock().map_err(|_| anyhow::anyhow!("another deployment panicked"))?.stacks.insert(self.name.clone(), digest);
        Ok(true)
    }

    /// Creates or updates the stack and waits until it is whole.
    fn change(&self, emulator: &Emulator) -> Result<()> {
        let mut status = self.status(emulator)?;
        if status.as_deref().is_some_and(|status| status.starts_with("ROLLBACK") || status == "CREATE_FAILED") {
            // A stack that never came to be cannot be updated.
            emulator.query("cloudformation", &[("Action", "DeleteStack"), ("StackName", &self.name)])?;
            wait_for(&format!("{} to be deleted", self.name), Duration::from_secs(60), || {
                Ok(self.status(emulator)?.is_none().then_some(()))
            })?;
            status = None;
        }
        // CloudFormation takes 51,200 bytes in a request, more from a bucket.
        let key = format!("{}.yaml", self.name);
        emulator.put_object(CODE, &key, self.template.as_bytes())?;
        let url = format!("https://s3.amazonaws.com/{CODE}/{key}");
        let action = if status.is_some() { "UpdateStack" } else { "CreateStack" };
        let mut form = vec![
            ("Action".to_owned(), action.to_owned()),
            ("StackName".to_owned(), self.name.clone()),
            ("TemplateURL".to_owned(), url),
        ];
        for (index, capability) in ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"].iter().enumerate() {
            form.push((format!("Capabilities.member.{}", index + 1), (*capability).to_owned()));
        }
        for (index, (name, value)) in self.parameters.iter().enumerate() {
            form.push((format!("Parameters.member.{}.ParameterKey", index + 1), name.clone()));
            form.push((format!("Parameters.member.{}.ParameterValue", index + 1), value.clone()));
        }
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = emulator.query("cloudformation", &form)?;
        if answer.status != 200 {
            if answer.text.contains("No updates are to be performed") {
                return Ok(());
            }
            bail!("{}: {}", self.name, answer.element("Message").unwrap_or(&answer.text));
        }
        let end = wait_for(&format!("{} to be deployed", self.name), Duration::from_secs(180), || {
            let status = self.status(emulator)?.unwrap_or_default();
            Ok((!status.ends_with("_IN_PROGRESS")).then_some(status))
        })?;
        if end == "CREATE_COMPLETE" || end == "UPDATE_COMPLETE" {
            return Ok(());
        }
        bail!("{} ended as {end}:\n{}", self.name, self.reasons(emulator)?)
    }

    fn status(&self, emulator: &Emulator) -> Result<Option<String>> {
        let answer =
            emulator.query("cloudformation", &[("Action", "DescribeStacks"), ("StackName", &self.name)])?;
        let status = answer.element("StackStatus").filter(|_| answer.status == 200);
        Ok(status.filter(|status| *status != "DELETE_COMPLETE").map(str::to_owned))
    }

    /// Why it failed: the resources' own words.
    fn reasons(&self, emulator: &Emulator) -> Result<String> {
        let Answer { text, .. } =
            emulator.query("cloudformation", &[("Action", "DescribeStackEvents"), ("StackName", &self.name)])?;
        let failed = text.split("<member>").filter(|event| event.contains("_FAILED</ResourceStatus>"));
        let lines = failed.filter_map(|event| {
            Some(format!("  {}: {}", element(event, "LogicalResourceId")?, element(event, "ResourceStatusReason")?))
        });
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }
}

/// `    CodeUri: ../../target/lambda/place-order/bootstrap.zip` → its indent and `place-order`.
fn code_of(line: &str) -> Option<(&str, &str)> {
    let indent = &line[..line.len() - line.trim_start().len()];
    let path = line.trim().strip_prefix("CodeUri: ")?.trim_matches(['"', '\'']);
    let function = path.split("target/lambda/").nth(1)?.split('/').next()?;
    Some((indent, function))
}

/// The names under `Parameters:` of a template, each with its default.
pub(super) fn defaults(template: &str) -> Vec<(&str, Option<&str>)> {
    let mut found: Vec<(&str, Option<&str>)> = Vec::new();
    let block = template.lines().skip_while(|line| *line != "Parameters:").skip(1);
    for line in block.take_while(|line| line.is_empty() || line.starts_with([' ', '#'])) {
        let text = line.trim();
        match (line.len() - line.trim_start().len(), text.split_once(':')) {
            (2, Some((name, _))) if !text.starts_with('#') => found.push((name, None)),
            (4, Some(("Default", value))) => {
                if let Some(last) = found.last_mut() {
                    last.1 = Some(value.trim().trim_matches(['"', '\'']));
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{code_of, defaults};

    #[test]
    fn a_code_line_names_its_function() {
        let line = "      CodeUri: ../../target/lambda/place-order/bootstrap.zip";
        assert_eq!(code_of(line), Some(("      ", "place-order")));
        assert_eq!(code_of("      MemorySize: 128"), None);
    }

    #[test]
    fn the_parameters_of_a_template_are_found() {
        let template = "A: b\nParameters:\n  Stage:\n    Type: String\n    Default: local\n  # why\n\n  OnAws:\n    Type: String\n\nResources:\n  Api:\n";
        assert_eq!(defaults(template), [("Stage", Some("local")), ("OnAws", None)]);
    }
}
