//! `make deploy STAGE=` and `make destroy STAGE=`: the same templates, in the AWS account of the current credentials.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::thread::ScopedJoinHandle;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::deploy::defaults;
use super::place::Place;
use super::rotate::Ring;
use super::term::{Step, say};
use super::tools::{self, quiet};
use crate::project::Project;

/// Builds the release for arm64 and deploys the platform, then all services at once.
pub(super) fn deploy(place: &Place, stage: &str) -> Result<()> {
    let cloud = Cloud::of(place, stage)?;
    say(format!(
        "Deploying `{stage}` to account {} in {}",
        cloud.account, cloud.region
    ));
    tools::release(place)?;

    let step = Step::new("platform");
    let keys = cloud.keys()?;
    cloud.change("template.yaml", "platform", keys)?;
    step.done(cloud.stack("platform"));

    cloud.services_at_once(|service| {
        cloud.change(&format!("infra/sam/{service}.yaml"), service, Vec::new())
    })?;
    let url = cloud.aws(&[
        "ssm",
        "get-parameter",
        "--name",
        &format!("/souk/{stage}/api/url"),
    ])?;
    say(format!(
        "\n  API  {}\n",
        url["Parameter"]["Value"].as_str().unwrap_or_default()
    ));
    Ok(())
}

/// Deletes every stack of the stage, after asking. Tables and buckets go with them.
pub(super) fn destroy(place: &Place, stage: &str) -> Result<()> {
    let cloud = Cloud::of(place, stage)?;
    say(format!(
        "This deletes `{stage}`, with all of its data, from account {} in {}.",
        cloud.account, cloud.region
    ));
    say("Type the stage's name to go on:");
    std::io::stdout().flush()?;
    let mut typed = String::new();
    std::io::stdin().read_line(&mut typed)?;
    ensure!(typed.trim() == stage, "nothing was deleted");

    let step = Step::of("destroy", cloud.services.len() + 1);
    // The services at once, then what they stand on.
    for service in &cloud.services {
        cloud.run(&[
            "cloudformation",
            "delete-stack",
            "--stack-name",
            &cloud.stack(service),
        ])?;
    }
    for service in &cloud.services {
        cloud.run(&[
            "cloudformation",
            "wait",
            "stack-delete-complete",
            "--stack-name",
            &cloud.stack(service),
        ])?;
        step.part(service);
    }
    cloud.run(&[
        "cloudformation",
        "delete-stack",
        "--stack-name",
        &cloud.stack("platform"),
    ])?;
    cloud.run(&[
        "cloudformation",
        "wait",
        "stack-delete-complete",
        "--stack-name",
        &cloud.stack("platform"),
    ])?;
    step.part("platform");
    step.done(format!(
        "the bucket {} is left, empty it and delete it by hand",
        cloud.bucket
    ));
    Ok(())
}

/// An account and a stage in it.
pub(super) struct Cloud<'a> {
    place: &'a Place,
    stage: &'a str,
    account: String,
    region: String,
    bucket: String,
    services: Vec<String>,
}

impl<'a> Cloud<'a> {
    pub(super) fn of(place: &'a Place, stage: &'a str) -> Result<Self> {
        let fits = stage.len() <= 8 && stage.starts_with(|first: char| first.is_ascii_lowercase());
        ensure!(
            fits && stage
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()),
            "a stage is at most 8 small letters and digits: make deploy STAGE=dev",
        );
        ensure!(
            stage != super::place::STAGE,
            "`local` is this machine's stage: make up"
        );
        tools::install(place)?;
        let mut cloud = Self {
            place,
            stage,
            account: String::new(),
            region: String::new(),
            bucket: String::new(),
            services: Project::read(&place.root)?.services.into_keys().collect(),
        };
        let configured = place
            .tool("aws")
            .args(["configure", "get", "region"])
            .output()?;
        let named = ["AWS_REGION", "AWS_DEFAULT_REGION"]
            .iter()
            .find_map(std::env::var_os);
        cloud.region = named.map_or_else(
            || {
                String::from_utf8_lossy(&configured.stdout)
                    .trim()
                    .to_owned()
            },
            |named| named.to_string_lossy().into_owned(),
        );
        ensure!(
            !cloud.region.is_empty(),
            "no region is set: export AWS_REGION=eu-central-1"
        );
        let who = cloud
            .aws(&["sts", "get-caller-identity"])
            .context("AWS does not know who you are; see `aws configure`")?;
        who["Account"]
            .as_str()
            .unwrap_or_default()
            .clone_into(&mut cloud.account);
        cloud.bucket = format!("souk-code-{}-{}", cloud.account, cloud.region);
        Ok(cloud)
    }

    fn stack(&self, name: &str) -> String {
        format!("souk-{}-{name}", self.stage)
    }

    /// Does something to each service's stack, all at once.
    fn services_at_once(&self, change: impl Fn(&str) -> Result<()> + Sync) -> Result<()> {
        let step = Step::of("services", self.services.len());
        let outcomes: Vec<Result<()>> = std::thread::scope(|scope| {
            let (change, step) = (&change, &step);
            let mut threads = Vec::new();
            for service in &self.services {
                threads.push(scope.spawn(move || {
                    change(service)?;
                    step.part(service);
                    Ok(())
                }));
            }
            let ended = |thread: ScopedJoinHandle<'_, _>| {
                thread
                    .join()
                    .unwrap_or_else(|_| bail!("a deployment panicked"))
            };
            threads.into_iter().map(ended).collect()
        });
        outcomes.into_iter().collect::<Result<Vec<()>>>()?;
        step.done(format!("{} stacks", self.services.len()));
        Ok(())
    }

    /// The keys of the stage, as its platform holds them.
    pub(super) fn ring(&self) -> Result<Ring> {
        let name = |what: &str| format!("/souk/{}/{what}", self.stage);
        let jwks = self.aws(&["ssm", "get-parameter", "--name", &name("jwt/keys")])?;
        let secret = name("jwt-signing-key");
        let secret = self.aws(&["secretsmanager", "get-secret-value", "--secret-id", &secret])?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let unreadable = "the stage's keys are none of ours";
        Ok(Ring {
            signing_key: serde_json::from_str(&text(&secret["SecretString"]))
                .context(unreadable)?,
            jwks: serde_json::from_str(&text(&jwks["Parameter"]["Value"])).context(unreadable)?,
        })
    }

    /// How long its access tokens are good.
    pub(super) fn token_life(&self) -> Result<Duration> {
        let stack = self.stack("customer");
        let found = self.aws(&["cloudformation", "describe-stacks", "--stack-name", &stack])?;
        let parameters = found["Stacks"][0]["Parameters"].as_array();
        let life = parameters
            .into_iter()
            .flatten()
            .find(|parameter| parameter["ParameterKey"] == "AccessTokenSeconds")
            .and_then(|parameter| parameter["ParameterValue"].as_str()?.parse().ok());
        let life =
            life.with_context(|| format!("{stack} does not say how long a token is good"))?;
        Ok(Duration::from_secs(life))
    }

    /// Changes the keys of the stage, and has every function start anew with them. The code and all other parameters
    /// stay as they were deployed, whatever is checked out here.
    pub(super) fn put_ring(&self, ring: &Ring) -> Result<()> {
        let step = Step::new("platform");
        let keys = [
            ("JwtSigningKey", serde_json::to_string(&ring.signing_key)?),
            ("JwtKeys", serde_json::to_string(&ring.jwks)?),
        ];
        self.change_parameters("platform", &keys)?;
        step.done(self.stack("platform"));
        self.services_at_once(|service| self.change_parameters(service, &[]))
    }

    /// Gives some parameters of a stack other values. Those that name a parameter of the Parameter Store keep the
    /// name and get what is there now
    /// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html>).
    fn change_parameters(&self, name: &str, changed: &[(&str, String)]) -> Result<()> {
        let stack = self.stack(name);
        let found = self.aws(&["cloudformation", "describe-stacks", "--stack-name", &stack])?;
        let parameters = found["Stacks"][0]["Parameters"].as_array().cloned();
        let parameters = parameters.unwrap_or_default().into_iter().map(|parameter| {
            let key = &parameter["ParameterKey"];
            match changed.iter().find(|(name, _)| *key == *name) {
                Some((_, value)) => json!({ "ParameterKey": key, "ParameterValue": value }),
                None => json!({ "ParameterKey": key, "UsePreviousValue": true }),
            }
        });
        // A file, because what is on a command line is seen by every process of the machine.
        let file = format!("parameters-{}-{name}.json", self.stage);
        self.place.write(&file, &parameters.collect::<Vec<_>>())?;
        let updated = self.run(&[
            "cloudformation",
            "update-stack",
            "--stack-name",
            &stack,
            "--use-previous-template",
            "--capabilities",
            "CAPABILITY_IAM",
            "CAPABILITY_NAMED_IAM",
            "CAPABILITY_AUTO_EXPAND",
            "--parameters",
            &format!("file://{}", path(&self.place.state(&file))),
        ]);
        std::fs::remove_file(self.place.state(&file)).ok();
        match updated {
            Err(error) if format!("{error:#}").contains("No updates are to be performed") => Ok(()),
            Err(error) => Err(error),
            Ok(_) => self
                .run(&[
                    "cloudformation",
                    "wait",
                    "stack-update-complete",
                    "--stack-name",
                    &stack,
                ])
                .map(|_| ())
                .with_context(|| format!("{stack}:\n{}", self.reasons(name))),
        }
    }

    /// A fresh key pair for a stage's first deployment; later ones keep what the stack has.
    fn keys(&self) -> Result<Vec<(String, String)>> {
        let stack = self.stack("platform");
        if let Ok(found) = self.aws(&["cloudformation", "describe-stacks", "--stack-name", &stack])
        {
            let status = found["Stacks"][0]["StackStatus"]
                .as_str()
                .unwrap_or_default();
            if !["ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"].contains(&status) {
                return Ok(Vec::new());
            }
            // A first deployment that failed left a stack that cannot be updated.
            self.run(&["cloudformation", "delete-stack", "--stack-name", &stack])?;
            self.run(&[
                "cloudformation",
                "wait",
                "stack-delete-complete",
                "--stack-name",
                &stack,
            ])?;
        }
        let keys: Value = serde_json::from_str(&quiet(
            self.place.tool("python").arg("infra/local/keys.py"),
        )?)?;
        Ok(vec![
            ("JwtSigningKey".to_owned(), keys["signing_key"].to_string()),
            ("JwtKeys".to_owned(), keys["jwks"].to_string()),
            (
                "AuditSigningKey".to_owned(),
                keys["audit_signing_key"].to_string(),
            ),
            ("AuditKeys".to_owned(), keys["audit_jwks"].to_string()),
        ])
    }

    /// Packages and deploys one template.
    fn change(
        &self,
        template: &str,
        name: &str,
        mut parameters: Vec<(String, String)>,
    ) -> Result<()> {
        self.make_bucket()?;
        let text = std::fs::read_to_string(self.place.at(template)).with_context(|| {
            format!("{template} is missing; `make render` writes the services' templates")
        })?;
        let own = self.settings()?;
        for (parameter, default) in defaults(&text) {
            // What the platform shares is found by name: /souk/local/… is the default.
            if let Some(shared) = default.and_then(|default| default.strip_prefix("/souk/local/")) {
                parameters.push((
                    parameter.to_owned(),
                    format!("/souk/{}/{shared}", self.stage),
                ));
            } else if let Some(value) = own.get(parameter) {
                parameters.push((
                    parameter.to_owned(),
                    value.as_str().unwrap_or_default().to_owned(),
                ));
            }
        }
        parameters.push(("Stage".to_owned(), self.stage.to_owned()));
        let packed = self
            .place
            .state(&format!("packed-{}-{name}.yaml", self.stage));
        self.run(&[
            "cloudformation",
            "package",
            "--template-file",
            template,
            "--s3-bucket",
            &self.bucket,
            "--s3-prefix",
            self.stage,
            "--output-template-file",
            &path(&packed),
        ])?;
        // A file, because what is on a command line is seen by every process of the machine.
        let file = format!("parameters-{}-{name}.json", self.stage);
        let overrides: Vec<String> = parameters
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        self.place.write(&file, &overrides)?;
        let deployed = self.run(&[
            "cloudformation",
            "deploy",
            "--template-file",
            &path(&packed),
            "--stack-name",
            &self.stack(name),
            "--s3-bucket",
            &self.bucket,
            "--s3-prefix",
            self.stage,
            "--no-fail-on-empty-changeset",
            "--capabilities",
            "CAPABILITY_IAM",
            "CAPABILITY_NAMED_IAM",
            "CAPABILITY_AUTO_EXPAND",
            "--parameter-overrides",
            &format!("file://{}", path(&self.place.state(&file))),
        ]);
        std::fs::remove_file(self.place.state(&file)).ok();
        deployed
            .map(|_| ())
            .with_context(|| format!("{}:\n{}", self.stack(name), self.reasons(name)))
    }

    /// The failed resources' own words.
    fn reasons(&self, name: &str) -> String {
        let events = self.run(&[
            "cloudformation", "describe-stack-events", "--stack-name", &self.stack(name), "--output", "text",
            "--query", "StackEvents[?ends_with(ResourceStatus, `_FAILED`)].[LogicalResourceId, ResourceStatusReason]",
        ]);
        events.unwrap_or_default()
    }

    /// Stack parameters of this stage: `infra/stages/<stage>.toml`, where there is one.
    fn settings(&self) -> Result<toml::Table> {
        let file = self.place.at(format!("infra/stages/{}.toml", self.stage));
        let text = if file.exists() {
            std::fs::read_to_string(&file)?
        } else {
            String::new()
        };
        toml::from_str(&text).with_context(|| format!("{} is no TOML of texts", file.display()))
    }

    /// The bucket that code is uploaded to, closed to the public.
    fn make_bucket(&self) -> Result<()> {
        if self
            .run(&["s3api", "head-bucket", "--bucket", &self.bucket])
            .is_ok()
        {
            return Ok(());
        }
        self.run(&["s3", "mb", &format!("s3://{}", self.bucket)])?;
        self.run(&[
            "s3api", "put-public-access-block", "--bucket", &self.bucket, "--public-access-block-configuration",
            "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
        ])?;
        Ok(())
    }

    fn run(&self, arguments: &[&str]) -> Result<String> {
        // This awscli reads the second name alone.
        quiet(
            self.place
                .tool("aws")
                .args(arguments)
                .env("AWS_DEFAULT_REGION", &self.region),
        )
    }

    fn aws(&self, arguments: &[&str]) -> Result<Value> {
        let text = self.run(&[arguments, &["--output", "json"]].concat())?;
        serde_json::from_str(&text).context("aws printed no JSON")
    }
}

fn path(path: &Path) -> String {
    PathBuf::from(path).display().to_string()
}
