//! AWS's quotas. What grows with the platform fails at 95 %, while there is still time to split a stack; the
//! length of a name does not grow and may use what there is.

use serde_json::Value;

use super::Finding;
use super::wires::{Template, Templates};
use crate::names::LONGEST_STAGE;
use crate::project::Project;

/// What grows: its name, AWS's quota, whether it is for the whole platform or for each stack.
/// Source: AWS's pages on the quotas of `CloudFormation`, HTTP APIs, `EventBridge` and IAM (docs.aws.amazon.com).
const GROWING: [(&str, usize, Scope); 8] = [
    ("resources a stack", 500, Scope::Stack),
    ("parameters a stack", 200, Scope::Stack),
    ("dynamic references a stack", 60, Scope::Stack),
    ("bytes a template", 1_048_576, Scope::Stack),
    ("integrations an HTTP API", 300, Scope::Platform),
    ("routes an HTTP API", 300, Scope::Platform),
    ("rules a bus", 300, Scope::Platform),
    ("roles an account", 1000, Scope::Platform),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Stack,
    Platform,
}

/// Names: the type, the property, the longest that AWS takes.
const NAMES: [(&str, &str, usize); 8] = [
    ("AWS::Lambda::Function", "FunctionName", 64),
    ("AWS::Events::Rule", "Name", 64),
    ("AWS::Scheduler::Schedule", "Name", 64),
    ("AWS::SQS::Queue", "QueueName", 80),
    ("AWS::DynamoDB::Table", "TableName", 255),
    ("AWS::S3::Bucket", "BucketName", 63),
    ("AWS::CloudWatch::Alarm", "AlarmName", 255),
    ("AWS::Logs::LogGroup", "LogGroupName", 512),
];

/// Lambda's own bounds for one function: the environment, and IAM's for a role's policies.
const LARGEST_ENVIRONMENT: usize = 4096;
const LARGEST_POLICY: usize = 10_240;
/// What values that are only known at deploy may take: a key set of two keys, URLs, secrets.
const DEPLOYED_VALUE: usize = 120;

/// Counts everything; what was counted goes to `counted`, a line each.
pub fn of_templates(
    project: &Project,
    templates: &Templates,
    counted: &mut Vec<String>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut totals = [0usize; GROWING.len()];
    let mut largest = [0usize; GROWING.len()];
    for (service, template) in templates {
        let place = format!("infra/sam/{service}.yaml");
        let source = std::fs::read_to_string(project.root.join(&place)).unwrap_or_default();
        let kinds = |kind: &str| template.of_type(kind).count();
        let counts = [
            // A stage with canaries has a deployment group a function, an application and a role more.
            template.resources.len() + kinds("AWS::Lambda::Function") + 2,
            template.parameters,
            source.matches("{{resolve:").count(),
            source.len(),
            kinds("AWS::ApiGatewayV2::Integration"),
            kinds("AWS::ApiGatewayV2::Route"),
            kinds("AWS::Events::Rule"),
            kinds("AWS::IAM::Role"),
        ];
        for (position, (what, quota, scope)) in GROWING.iter().enumerate() {
            totals[position] += counts[position];
            largest[position] = largest[position].max(counts[position]);
            if *scope == Scope::Stack {
                found.extend(over(&place, what, counts[position], *quota));
            }
        }
        found.extend(names(&place, template));
        found.extend(sizes(&place, template));
    }
    for (position, (what, quota, scope)) in GROWING.iter().enumerate() {
        let (count, of) = match scope {
            Scope::Platform => (totals[position], "in all"),
            Scope::Stack => (largest[position], "at most"),
        };
        counted.push(format!("{what}: {count} {of} of {quota}"));
        if *scope == Scope::Platform {
            found.extend(over("the platform", what, count, *quota));
        }
    }
    found
}

fn over(place: &str, what: &str, count: usize, quota: usize) -> Option<Finding> {
    (count * 100 > quota * 95).then(|| {
        let message = format!(
            "{what}: {count} of {quota}, over 95 %; split it before a deployment fails half-way"
        );
        Finding::new(place, message)
    })
}

fn names(place: &str, template: &Template) -> Vec<Finding> {
    let mut found = Vec::new();
    for (kind, property, longest) in NAMES {
        for (id, resource) in template.of_type(kind) {
            let name = template.text(&resource["Properties"][property]);
            let length = name
                .replace("${Stage}", &"x".repeat(LONGEST_STAGE))
                .replace("${AWS::AccountId}", "123456789012")
                .len();
            if length > longest {
                let message = format!(
                    "{id}: `{name}` is {length} characters long where the stage's name has {LONGEST_STAGE}; {kind} takes {longest}"
                );
                found.push(Finding::new(place, message));
            }
        }
    }
    found
}

fn sizes(place: &str, template: &Template) -> Vec<Finding> {
    let mut found = Vec::new();
    for (id, resource) in template.of_type("AWS::Lambda::Function") {
        let variables = resource
            .pointer("/Properties/Environment/Variables")
            .and_then(Value::as_object);
        let size: usize = variables
            .into_iter()
            .flatten()
            .map(|(name, value)| {
                let text = template.text(value);
                let known = ["JWT_KEYS", "AUDIT_KEYS"].contains(&name.as_str());
                name.len()
                    + if known {
                        600
                    } else if text.contains("${") {
                        DEPLOYED_VALUE
                    } else {
                        text.len()
                    }
            })
            .sum();
        if size * 10 > LARGEST_ENVIRONMENT * 8 {
            found.push(Finding::new(
                place,
                format!(
                    "{id}: an environment of about {size} bytes; Lambda takes {LARGEST_ENVIRONMENT}"
                ),
            ));
        }
    }
    for (id, resource) in template.of_type("AWS::IAM::Role") {
        let size = resource["Properties"]["Policies"].to_string().len();
        if size * 10 > LARGEST_POLICY * 8 {
            found.push(Finding::new(
                place,
                format!("{id}: policies of {size} characters; IAM takes {LARGEST_POLICY} a role"),
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tests::project;

    fn said(template: Value) -> String {
        let templates = Templates::from([("order".to_owned(), Template::of(&template))]);
        let found = of_templates(&project(&[]), &templates, &mut Vec::new());
        found
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn many(kind: &str, count: usize) -> Value {
        let resources: serde_json::Map<_, _> = (0..count)
            .map(|number| {
                (
                    format!("R{number}"),
                    json!({ "Type": kind, "Properties": {} }),
                )
            })
            .collect();
        json!({ "Resources": resources })
    }

    #[test]
    fn what_grows_fails_before_it_is_full() {
        assert_eq!(said(many("AWS::SNS::Topic", 473)), "");
        assert!(said(many("AWS::SNS::Topic", 474)).contains("resources a stack: 476 of 500"));
        assert!(
            said(many("AWS::ApiGatewayV2::Route", 286)).contains("routes an HTTP API: 286 of 300")
        );
        assert!(said(many("AWS::Events::Rule", 286)).contains("rules a bus"));
    }

    #[test]
    fn a_name_must_fit_with_the_longest_stage() {
        let name = |length: usize| {
            let name = format!("${{Stage}}-{}", "x".repeat(length));
            said(
                json!({ "Resources": { "F": { "Type": "AWS::Lambda::Function", "Properties": { "FunctionName": { "Fn::Sub": name } } } } }),
            )
        };
        assert_eq!(name(55), "");
        assert!(name(56).contains("65 characters"));
    }

    #[test]
    fn an_environment_must_fit() {
        let text = "x".repeat(3400);
        let function = json!({ "Type": "AWS::Lambda::Function", "Properties": { "Environment": { "Variables": { "A": text } } } });
        assert!(said(json!({ "Resources": { "F": function } })).contains("environment"));
    }
}
