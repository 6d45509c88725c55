//! A function, its role and its log.

use crate::node::{Node, attribute, either, reference, substitute};
use crate::plan::{Condition, Grant, Planned, Setting, own};
use crate::project::Project;
use crate::{map, names};

/// Adds the function, the role it runs under and the group it logs to.
pub(super) fn add(project: &Project, function: &Planned<'_>, resources: &mut Vec<(String, Node)>) {
    let id = function.logical_id();
    let name = function.deployed_name();
    let variables = own(function)
        .iter()
        .map(|(name, setting)| (name.clone(), value(setting)))
        .collect();

    resources.push((
        id.clone(),
        map! {
            "Type" => "AWS::Serverless::Function",
            "Properties" => map! {
                "FunctionName" => substitute(&name),
                "CodeUri" => format!("../../target/lambda/{}/bootstrap.zip", function.name),
                // A changed setting makes a version too: the alias would go on with the old one otherwise.
                "AutoPublishAliasAllProperties" => true,
                "MemorySize" => function.memory(),
                "Timeout" => function.timeout(),
                "Role" => attribute(&format!("{id}Role"), "Arn"),
                "LoggingConfig" => map! { "LogGroup" => reference(&format!("{id}Log")) },
                "Environment" => map! { "Variables" => Node::Map(variables) },
            },
        },
    ));
    resources.push((
        format!("{id}Role"),
        map! {
            "Type" => "AWS::IAM::Role",
            "Properties" => map! {
                "AssumeRolePolicyDocument" => trust("lambda.amazonaws.com"),
                "Policies" => vec![map! {
                    "PolicyName" => "manifest",
                    "PolicyDocument" => map! {
                        "Version" => "2012-10-17",
                        "Statement" => project.grants(function).iter().map(statement).collect::<Vec<_>>(),
                    },
                }],
            },
        },
    ));
    resources.push((
        format!("{id}Log"),
        map! {
            "Type" => "AWS::Logs::LogGroup",
            "Properties" => map! {
                "LogGroupName" => substitute(&names::log_group(function.service(), function.name)),
                "RetentionInDays" => reference("LogRetentionDays"),
            },
        },
    ));
}

/// The policy by which one AWS service may take a role.
pub(super) fn trust(principal: &str) -> Node {
    map! {
        "Version" => "2012-10-17",
        "Statement" => vec![map! {
            "Effect" => "Allow",
            "Principal" => map! { "Service" => principal },
            "Action" => "sts:AssumeRole",
        }],
    }
}

fn statement(grant: &Grant) -> Node {
    // MiniStack asks for a grant on `*` to send a mail, where AWS asks for the identity.
    let on_emulator = grant.actions.contains(&"ses:SendEmail");
    let resource = |arn: &String| {
        if on_emulator {
            either("IsOnAws", substitute(arn), "*".into())
        } else {
            substitute(arn)
        }
    };
    let resources: Vec<_> = grant.resources.iter().map(resource).collect();
    let mut statement = map! {
        "Sid" => grant.sid.as_str(),
        "Effect" => "Allow",
        "Action" => grant.actions.clone(),
        "Resource" => resources,
    };
    match &grant.condition {
        None => {}
        // `Select` refuses a read that names no attributes, which would return them all.
        Some(Condition::Attributes(attributes)) => statement.push(
            "Condition",
            map! {
                "ForAllValues:StringEquals" => map! { "dynamodb:Attributes" => attributes.clone() },
                "StringEqualsIfExists" => map! { "dynamodb:Select" => "SPECIFIC_ATTRIBUTES" },
            },
        ),
    }
    statement
}

/// A setting's value in the template.
pub(super) fn value(setting: &Setting) -> Node {
    match setting {
        Setting::Text(text) => text.into(),
        Setting::Name(name) => substitute(name),
        Setting::Parameter(name) => reference(name),
        Setting::Named(name) => reference(&names::pascal(&name.to_lowercase())),
        Setting::QueueUrl(queue) => reference(&queue_id(queue)),
        Setting::SecretValue(name) => substitute(&format!(
            "{{{{resolve:secretsmanager:{}}}}}",
            names::secret(name)
        )),
    }
}

/// The logical id of a queue: `reserve-stock-dlq` → `ReserveStockDeadLetters`.
pub(super) fn queue_id(queue: &str) -> String {
    match queue.strip_suffix("-dlq") {
        Some(queue) => format!("{}DeadLetters", names::pascal(queue)),
        None => format!("{}Queue", names::pascal(queue)),
    }
}
