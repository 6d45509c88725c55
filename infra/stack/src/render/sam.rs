//! `infra/sam/<service>.yaml`: a service as a stack of its own, deployed, rolled back and canaried on its own.

mod alarms;
mod consumers;
mod functions;
mod routes;
mod storage;

pub(super) use storage::{index_keys, projection};

use crate::manifest::Manifest;
use crate::node::{Node, reference, substitute};
use crate::plan::{Planned, Trigger, common};
use crate::project::Project;
use crate::{map, names};

/// The first lines of everything rendered as YAML or TOML.
pub const NOTICE: &str =
    "# Rendered by `cargo stack render` from functions/*/service.toml; change it there.\n";

/// The template of a service.
pub fn template(project: &Project, manifest: &Manifest) -> String {
    let functions = Planned::all(manifest);
    let mut resources = Vec::new();
    storage::add(manifest, &functions, &mut resources);
    for function in &functions {
        functions::add(project, function, &mut resources);
        match function.trigger {
            Trigger::Http(route) => routes::add(function, route, &mut resources),
            Trigger::Events(events) => consumers::add_events(function, events, &mut resources),
            Trigger::Schedule(every) => consumers::add_schedule(function, every, &mut resources),
            Trigger::Queue(queue) => consumers::add_mapping(function, queue, &mut resources),
            Trigger::Relay => consumers::add_relay(function, &mut resources),
            // Whoever has the right to invoke it on AWS does; nothing is wired.
            Trigger::Invoke => {}
        }
    }
    alarms::add_errors(manifest, &mut resources);
    alarms::add_audit_lag(manifest, &mut resources);

    let differs =
        !manifest.buckets.is_empty() || functions.iter().any(|function| function.entry.mail);
    let mut document = map! {
        "AWSTemplateFormatVersion" => "2010-09-09",
        "Transform" => "AWS::Serverless-2016-10-31",
        "Description" => format!("Souk: the {} service.", manifest.name),
        "Parameters" => parameters(manifest, &functions, differs),
    };
    if differs {
        let on_aws = vec![reference("OnAws"), "true".into()];
        let equals = Node::Function("Equals", Box::new(Node::List(on_aws)));
        document.push("Conditions", map! { "IsOnAws" => equals });
    }
    document.push("Globals", globals(manifest));
    document.push("Resources", Node::Map(resources));
    format!("{NOTICE}{}", document.to_yaml())
}

/// The parameters of a service's stack; those of type SSM take the name of a parameter of the platform stack.
/// `differs` says that something of it is another thing on an emulator.
fn parameters(manifest: &Manifest, functions: &[Planned<'_>], differs: bool) -> Node {
    let mut parameters = map! {
        "Stage" => map! {
            "Type" => "String",
            "Default" => "local",
            "AllowedPattern" => format!("[a-z][a-z0-9]{{1,{}}}", names::LONGEST_STAGE - 1),
        },
        "Version" => map! { "Type" => "String", "Default" => "dev" },
        "Architecture" => map! {
            "Type" => "String",
            "Default" => "x86_64",
            "AllowedValues" => vec!["x86_64", "arm64"],
        },
        // What libraries say; the line of each request and event is written at any level.
        "LogLevel" => text("warn"),
        "LogRetentionDays" => map! { "Type" => "Number", "Default" => 14 },
        "Currency" => text("EUR"),
        "Locale" => text("en"),
        "Tracing" => map! {
            "Type" => "String",
            "Default" => "Active",
            "AllowedValues" => vec!["Active", "PassThrough"],
        },
        "Canaries" => map! {
            "Type" => "String",
            "Default" => "false",
            "AllowedValues" => vec!["true", "false"],
        },
        "AlarmTopic" => shared("alarms/topic"),
    };
    if differs {
        let either = vec!["true", "false"];
        let on_aws = map! { "Type" => "String", "Default" => "true", "AllowedValues" => either };
        parameters.push("OnAws", on_aws);
    }
    if functions.iter().any(|function| function.route().is_some()) {
        parameters.push("ApiId", shared("api/id"));
        parameters.push("JwtKeys", shared("jwt/keys"));
        parameters.push("JwtIssuer", shared("jwt/issuer"));
        parameters.push(
            "ClientIpFrom",
            map! {
                "Type" => "String",
                "Default" => "gateway",
                "AllowedValues" => vec!["gateway", "cloudfront", "front"],
            },
        );
    }
    if functions.iter().any(|function| function.entry.step_up) {
        parameters.push(
            "SecondFactor",
            map! {
                "Type" => "String",
                "Default" => "optional",
                "AllowedValues" => vec!["optional", "required"],
            },
        );
    }
    if functions.iter().any(|function| function.rate().is_some()) {
        let factor = map! { "Type" => "Number", "Default" => 1, "MinValue" => 1 };
        parameters.push("RateFactor", factor);
    }
    let names = |wanted: &str| {
        let mut settings = functions
            .iter()
            .flat_map(|function| &function.entry.settings);
        settings.any(|setting| setting == wanted)
    };
    for (setting, parameter, place) in super::settings::SHARED {
        if names(setting) {
            parameters.push(parameter, shared(place));
        }
    }
    if manifest
        .buckets
        .values()
        .any(|bucket| bucket.lock_days.is_some())
    {
        // Under COMPLIANCE nobody, not even the account's owner, deletes an object before its time.
        let mode = map! {
            "Type" => "String",
            "Default" => "GOVERNANCE",
            "AllowedValues" => vec!["GOVERNANCE", "COMPLIANCE"],
        };
        parameters.push("LockMode", mode);
    }
    if functions
        .iter()
        .any(|function| function.entry.keys.is_some())
    {
        parameters.push("SubjectKey", shared("keys/subjects"));
    }
    if functions.iter().any(|function| function.entry.mail) {
        parameters.push("MailFrom", shared("mail/from"));
        parameters.push("MailIdentity", shared("mail/identity"));
        parameters.push("ShopUrl", shared("shop/url"));
    }
    let mut settings: Vec<_> = functions
        .iter()
        .flat_map(|function| &function.entry.settings)
        .filter(|setting| {
            super::settings::SHARED
                .iter()
                .all(|(known, ..)| known != setting)
        })
        .collect();
    settings.sort();
    settings.dedup();
    for setting in settings {
        let (kind, default) = super::settings::of(setting);
        let mut parameter = map! { "Type" => kind, "Default" => default };
        if setting == "ACCESS_TOKEN_SECONDS" {
            parameter.push("MaxValue", super::settings::LONGEST_ACCESS_TOKEN);
        }
        if let Some((_, allowed @ [_, ..])) = super::settings::text(setting) {
            parameter.push("AllowedValues", allowed.to_vec());
        }
        parameters.push(&names::pascal(&setting.to_lowercase()), parameter);
    }
    parameters
}

fn text(default: &str) -> Node {
    map! { "Type" => "String", "Default" => default }
}

fn shared(name: &str) -> Node {
    map! { "Type" => "AWS::SSM::Parameter::Value<String>", "Default" => format!("/souk/local/{name}") }
}

fn globals(manifest: &Manifest) -> Node {
    let mut variables: Vec<_> = common(&manifest.name)
        .into_iter()
        .map(|(name, setting)| (name.to_owned(), functions::value(&setting)))
        .collect();
    // SAM publishes a version when the template has changed, whatever its parameters say: whoever deploys writes a
    // digest of their values here, so that a changed one goes live.
    variables.push(("CONFIGURATION".to_owned(), "none".into()));
    map! {
        "Function" => map! {
            "Runtime" => "provided.al2023",
            "Handler" => "bootstrap",
            "Architectures" => vec![reference("Architecture")],
            "Tracing" => reference("Tracing"),
            "AutoPublishAlias" => "live",
            "DeploymentPreference" => map! {
                "Enabled" => reference("Canaries"),
                "Type" => "Canary10Percent5Minutes",
                "Alarms" => vec![reference("ErrorsAlarm")],
            },
            "Environment" => map! { "Variables" => Node::Map(variables) },
        },
    }
}

/// A statement that lets an AWS service do one thing on behalf of one source.
pub(super) fn on_behalf(principal: &str, action: &str, resource: Node, source: &str) -> Node {
    let mut condition = map! { "ArnEquals" => map! { "aws:SourceArn" => substitute(source) } };
    if principal == "s3.amazonaws.com" {
        // A bucket's ARN says no account, so that is said beside it.
        let account = map! { "aws:SourceAccount" => reference("AWS::AccountId") };
        condition.push("StringEquals", account);
    }
    map! {
        "Effect" => "Allow",
        "Principal" => map! { "Service" => principal },
        "Action" => action,
        "Resource" => resource,
        "Condition" => condition,
    }
}
