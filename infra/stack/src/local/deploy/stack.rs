//! One stack: its template pointed at the uploaded code, created or updated, and watched until it is whole.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::{CODE, Deployed};
use crate::local::aws::{Answer, Emulator, element};
use crate::local::place::{Place, REGION, STAGE};
use crate::local::term::wait_for;

/// One stack as it should be.
pub(super) struct Stack {
    name: String,
    template: String,
    parameters: Vec<(String, String)>,
}

impl Stack {
    /// Reads a template, points its functions at their code, and picks the parameters that it has.
    pub(super) fn read(
        place: &Place,
        path: &str,
        name: &str,
        settings: &BTreeMap<String, String>,
        code: &str,
    ) -> Result<Self> {
        let text = std::fs::read_to_string(place.at(path)).with_context(|| {
            format!("{path} is missing; `make render` writes the services' templates")
        })?;
        let mut template = String::with_capacity(text.len());
        for line in text.lines() {
            if let Some(indent) = code_of(line) {
                template.push_str(&format!("{indent}CodeUri: s3://{CODE}/{code}"));
            } else {
                template.push_str(&emulated(line));
            }
            template.push('\n');
        }
        // These are values for the platform and the names of SSM parameters for the services.
        let shared = ["JwtKeys", "AuditKeys"];
        let (named, parameters): (Vec<_>, Vec<_>) = defaults(&text)
            .into_iter()
            .filter_map(|(parameter, _)| {
                Some((parameter.to_owned(), settings.get(parameter)?.clone()))
            })
            .partition(|(parameter, _)| name != "platform" && shared.contains(&&**parameter));
        let configuration = configuration(&[&parameters[..], &named].concat());
        Ok(Self {
            name: format!("souk-{STAGE}-{name}"),
            template: configured(&template, &configuration),
            parameters,
        })
    }

    fn digest(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(&self.template);
        digest.update(format!("{:?}", self.parameters));
        format!("{:x?}", digest.finalize().as_slice())
    }

    /// Brings the stack up to date; true when there was something to do. Many may do so at once: the lock is not
    /// held while the emulator works.
    pub(super) fn apply(&self, emulator: &Emulator, deployed: &Mutex<Deployed>) -> Result<bool> {
        let panicked = || anyhow::anyhow!("another deployment panicked");
        let digest = self.digest();
        if deployed
            .lock()
            .map_err(|_| panicked())?
            .stacks
            .get(&self.name)
            == Some(&digest)
        {
            return Ok(false);
        }
        self.change(emulator)?;
        deployed
            .lock()
            .map_err(|_| panicked())?
            .stacks
            .insert(self.name.clone(), digest);
        Ok(true)
    }

    /// Creates or updates the stack and waits until it is whole.
    fn change(&self, emulator: &Emulator) -> Result<()> {
        let mut status = self.status(emulator)?;
        if status
            .as_deref()
            .is_some_and(|status| status.starts_with("ROLLBACK") || status == "CREATE_FAILED")
        {
            // A stack that never came to be cannot be updated.
            emulator.query(
                "cloudformation",
                &[("Action", "DeleteStack"), ("StackName", &self.name)],
            )?;
            wait_for(
                &format!("{} to be deleted", self.name),
                Duration::from_mins(1),
                || Ok(self.status(emulator)?.is_none().then_some(())),
            )?;
            status = None;
        }
        // CloudFormation takes 51,200 bytes in a request, more from a bucket.
        let key = format!("{}.yaml", self.name);
        emulator.put_object(CODE, &key, self.template.as_bytes())?;
        let url = format!("https://s3.{REGION}.amazonaws.com/{CODE}/{key}");
        let action = if status.is_some() {
            "UpdateStack"
        } else {
            "CreateStack"
        };
        let mut form = vec![
            ("Action".to_owned(), action.to_owned()),
            ("StackName".to_owned(), self.name.clone()),
            ("TemplateURL".to_owned(), url),
        ];
        for (index, capability) in [
            "CAPABILITY_IAM",
            "CAPABILITY_NAMED_IAM",
            "CAPABILITY_AUTO_EXPAND",
        ]
        .iter()
        .enumerate()
        {
            form.push((
                format!("Capabilities.member.{}", index + 1),
                (*capability).to_owned(),
            ));
        }
        for (index, (name, value)) in self.parameters.iter().enumerate() {
            form.push((
                format!("Parameters.member.{}.ParameterKey", index + 1),
                name.clone(),
            ));
            form.push((
                format!("Parameters.member.{}.ParameterValue", index + 1),
                value.clone(),
            ));
        }
        let form: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let answer = emulator.query("cloudformation", &form)?;
        if answer.status != 200 {
            if answer.text.contains("No updates are to be performed") {
                return Ok(());
            }
            bail!(
                "{}: {}",
                self.name,
                answer.element("Message").unwrap_or(&answer.text)
            );
        }
        let end = wait_for(
            &format!("{} to be deployed", self.name),
            Duration::from_mins(3),
            || {
                let status = self.status(emulator)?.unwrap_or_default();
                Ok((!status.ends_with("_IN_PROGRESS")).then_some(status))
            },
        )?;
        if end == "CREATE_COMPLETE" || end == "UPDATE_COMPLETE" {
            return Ok(());
        }
        bail!("{} ended as {end}:\n{}", self.name, self.reasons(emulator)?)
    }

    fn status(&self, emulator: &Emulator) -> Result<Option<String>> {
        let answer = emulator.query(
            "cloudformation",
            &[("Action", "DescribeStacks"), ("StackName", &self.name)],
        )?;
        let status = answer
            .element("StackStatus")
            .filter(|_| answer.status == 200);
        Ok(status
            .filter(|status| *status != "DELETE_COMPLETE")
            .map(str::to_owned))
    }

    /// Why it failed: the resources' own words.
    fn reasons(&self, emulator: &Emulator) -> Result<String> {
        let Answer { text, .. } = emulator.query(
            "cloudformation",
            &[("Action", "DescribeStackEvents"), ("StackName", &self.name)],
        )?;
        let failed = text
            .split("<member>")
            .filter(|event| event.contains("_FAILED</ResourceStatus>"));
        let lines = failed.filter_map(|event| {
            Some(format!(
                "  {}: {}",
                element(event, "LogicalResourceId")?,
                element(event, "ResourceStatusReason")?
            ))
        });
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }
}

/// A digest of what a stack is given: the values of its parameters, and what those stand for that are names.
pub(in crate::local) fn configuration(values: &[(String, String)]) -> String {
    let digest = Sha256::digest(format!("{values:?}"));
    digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A template with this digest in it: SAM publishes a version of a function when the template says something else
/// of it, and takes no notice of what parameters say.
pub(in crate::local) fn configured(template: &str, configuration: &str) -> String {
    let line = |line: &str| {
        let place = line
            .find("CONFIGURATION:")
            .filter(|at| line[..*at].trim().is_empty());
        match place {
            Some(at) => format!("{}CONFIGURATION: \"{configuration}\"\n", &line[..at]),
            None => format!("{line}\n"),
        }
    };
    template.lines().map(line).collect()
}

/// A line of a template as the emulator can take it. All else is the same as in the cloud.
fn emulated(line: &str) -> Cow<'_, str> {
    if line.contains(":ses:") && line.contains(":identity/") {
        // It asks whether `ses:SendEmail` is allowed on `*`, whoever the mail is from.
        let indent = line.len() - line.trim_start().len();
        return Cow::Owned(format!("{:indent$}- \"*\"", ""));
    }
    if line.trim() == r#"aws:SecureTransport: "false""# {
        // Buckets refuse what comes without TLS, and there is none on loopback.
        return Cow::Owned(line.replace("false", "true"));
    }
    // A laptop may be busy with other things, and an answer that is late there is no fault.
    match line.trim() {
        "Timeout: 5" => Cow::Owned(line.replace('5', "20")),
        "TimeoutInMillis: 6000" => Cow::Owned(line.replace("6000", "21000")),
        _ => Cow::Borrowed(line),
    }
}

/// `    CodeUri: ../../target/lambda/place-order/bootstrap.zip` → its indent.
fn code_of(line: &str) -> Option<&str> {
    let indent = &line[..line.len() - line.trim_start().len()];
    line.trim().starts_with("CodeUri: ").then_some(indent)
}

/// The names under `Parameters:` of a template, each with its default.
pub(in crate::local) fn defaults(template: &str) -> Vec<(&str, Option<&str>)> {
    let mut found: Vec<(&str, Option<&str>)> = Vec::new();
    let block = template
        .lines()
        .skip_while(|line| *line != "Parameters:")
        .skip(1);
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
    use super::{code_of, configuration, configured, defaults, emulated};

    #[test]
    fn another_value_of_a_parameter_is_another_template() {
        let template = "Variables:\n    CONFIGURATION: none\n    LOCALE: !Ref Locale\n";
        let value = |text: &str| configuration(&[("Locale".to_owned(), text.to_owned())]);
        let (one, other) = (
            configured(template, &value("en")),
            configured(template, &value("de")),
        );
        assert_ne!(one, other);
        assert_eq!(one, configured(&other, &value("en")));
        assert!(one.ends_with("\"\n    LOCALE: !Ref Locale\n"));
    }

    #[test]
    fn a_code_line_is_known() {
        let line = "      CodeUri: ../../target/lambda/place-order/bootstrap.zip";
        assert_eq!(code_of(line), Some("      "));
        assert_eq!(code_of("      MemorySize: 128"), None);
    }

    #[test]
    fn only_what_an_emulator_on_a_laptop_cannot_take_is_changed() {
        let identity = r#"  - !Sub "arn:aws:ses:${AWS::Region}:1:identity/${MailIdentity}""#;
        assert_eq!(emulated(identity), r#"  - "*""#);
        assert_eq!(
            emulated(r#" aws:SecureTransport: "false""#),
            r#" aws:SecureTransport: "true""#
        );
        assert_eq!(emulated("  Timeout: 5"), "  Timeout: 20");
        assert_eq!(emulated("  Timeout: 30"), "  Timeout: 30");
    }

    #[test]
    fn the_parameters_of_a_template_are_found() {
        let template = "A: b\nParameters:\n  Stage:\n    Type: String\n    Default: local\n  # why\n\n  OnAws:\n    Type: String\n\nResources:\n  Api:\n";
        assert_eq!(
            defaults(template),
            [("Stage", Some("local")), ("OnAws", None)]
        );
    }
}
