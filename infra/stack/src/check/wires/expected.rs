//! That a function's role is exactly what its manifest says: worked out here a second time, from the manifest's own
//! words, and compared with what the expanded template grants.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Template;
use crate::manifest::{AUDIT, COMMANDS};
use crate::names;
use crate::plan::{Planned, STANDARD_ATTRIBUTES, Trigger};
use crate::project::Project;

type Pairs = BTreeSet<(String, String)>;

/// The only actions that may be granted on `*`: X-Ray knows no resources.
const ON_ANYTHING: [&str; 2] = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];

/// What the role may do too much, too little, or without its condition.
pub(super) fn wrong(project: &Project, function: &Planned<'_>, template: &Template) -> Vec<String> {
    let id = format!("{}Role", function.logical_id());
    let Some(role) = template.resources.get(&id) else {
        return vec!["has no role".to_owned()];
    };
    let mut wrong = Vec::new();
    let mut granted = Pairs::new();
    let policies = role["Properties"]["Policies"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let statements = policies.iter().flat_map(|policy| {
        policy["PolicyDocument"]["Statement"]
            .as_array()
            .cloned()
            .unwrap_or_default()
    });
    for statement in statements {
        for action in template.texts(&statement["Action"]) {
            for resource in template.texts(&statement["Resource"]) {
                let anything = resource == "*" && !ON_ANYTHING.contains(&action.as_str());
                if anything || action.contains('*') {
                    wrong.push(format!(
                        "is granted {action} on {resource}: a grant names what it is for"
                    ));
                }
                granted.insert((action.clone(), resource));
            }
        }
        wrong.extend(unconditional(project, function, template, &statement));
    }
    let wanted = wanted(project, function);
    for (action, resource) in granted.difference(&wanted) {
        wrong.push(format!(
            "may {action} on {resource}, which its manifest does not say"
        ));
    }
    for (action, resource) in wanted.difference(&granted) {
        wrong.push(format!(
            "may not {action} on {resource}, as its manifest says"
        ));
    }
    if !role["Properties"]["ManagedPolicyArns"].is_null() {
        wrong.push("has managed policies: nobody here says what they grant next year".to_owned());
    }
    wrong
}

/// A grant on another service's table without the attributes of the view.
fn unconditional(
    project: &Project,
    function: &Planned<'_>,
    template: &Template,
    statement: &Value,
) -> Option<String> {
    let resources = template.texts(&statement["Resource"]);
    // Counters are nobody's data: whoever has a rate counts.
    if resources == [names::table_arn(names::LIMITS.0, names::LIMITS.1)] {
        return None;
    }
    // So are the last uses of keys, as long as nothing is read of them.
    let uses = names::table_arn(names::KEY_USES.0, names::KEY_USES.1);
    if resources == [uses] && template.texts(&statement["Action"]) == ["dynamodb:UpdateItem"] {
        return None;
    }
    let foreign = |owner: &str| {
        let prefix = names::table_arn(owner, "");
        owner != function.service()
            && resources
                .iter()
                .any(|resource| resource.starts_with(&prefix))
    };
    let owner = project.services.keys().find(|owner| foreign(owner))?;
    // Whoever audits may read the logs, which hold ids and digests, and the keys of commands.
    let of_audit = |resource: &String| {
        project.services.keys().any(|service| {
            let log = names::table_arn(service, AUDIT);
            let keys = format!("{}/index/by-time", names::table_arn(service, COMMANDS));
            let behind = resource.strip_prefix(&log);
            *resource == keys
                || behind.is_some_and(|rest| rest.is_empty() || rest.starts_with("/index/"))
        })
    };
    if function.entry.audits && resources.iter().all(of_audit) {
        return None;
    }
    let allowed =
        template.texts(&statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]);
    let selects = &statement["Condition"]["StringEqualsIfExists"]["dynamodb:Select"];
    let shown: BTreeSet<&str> = function
        .entry
        .views
        .iter()
        .filter(|view| view.owner == *owner)
        .filter_map(|wanted| project.services.get(owner)?.views.get(&wanted.view))
        .flat_map(|view| view.attributes.iter().map(String::as_str))
        .chain(STANDARD_ATTRIBUTES)
        .collect();
    let more = allowed
        .iter()
        .any(|attribute| !shown.contains(attribute.as_str()));
    (allowed.is_empty() || more || selects != "SPECIFIC_ATTRIBUTES").then(|| {
        format!("reads {owner}'s table beyond the attributes of its view: others see what the owner shows")
    })
}

/// Every action and resource that the manifest's lines come to.
fn wanted(project: &Project, function: &Planned<'_>) -> Pairs {
    let (entry, service) = (function.entry, function.service());
    let mut pairs = Pairs::new();
    let mut add = |actions: &str, resource: &str| {
        pairs.extend(
            actions
                .split(' ')
                .map(|action| (action.to_owned(), resource.to_owned())),
        );
    };
    let log = names::log_group(service, function.name);
    add(
        "logs:CreateLogStream logs:PutLogEvents",
        &names::arn("logs", &format!("log-group:{log}:*")),
    );
    add(&ON_ANYTHING.join(" "), "*");

    let tables = function.manifest.all_tables();
    let mut on_table = |list: &[String], actions: &str| {
        for table in list {
            let arn = names::table_arn(service, table);
            let indexes = tables.get(table.as_str()).copied().unwrap_or_default();
            add(actions, &arn);
            for index in indexes {
                add(actions, &format!("{arn}/index/{index}"));
            }
        }
    };
    let read = "dynamodb:GetItem dynamodb:BatchGetItem dynamodb:Query";
    on_table(&entry.reads, read);
    let write = "dynamodb:PutItem dynamodb:UpdateItem dynamodb:ConditionCheckItem";
    on_table(&entry.writes, &format!("{read} {write}"));
    on_table(
        &entry.deletes,
        &format!("{read} {write} dynamodb:DeleteItem"),
    );
    if !entry.writes.is_empty() || !entry.deletes.is_empty() {
        add(
            "dynamodb:GetItem dynamodb:PutItem",
            &names::table_arn(service, COMMANDS),
        );
    }
    if entry.limits.rate.is_some() {
        let (gateway, limits) = names::LIMITS;
        add("dynamodb:UpdateItem", &names::table_arn(gateway, limits));
    }
    let (gateway, uses) = names::KEY_USES;
    let kept = project.services.get(gateway);
    if function.is_for_keys() && kept.is_some_and(|it| it.views.contains_key(uses)) {
        add("dynamodb:UpdateItem", &names::table_arn(gateway, uses));
    }
    for wanted in &entry.views {
        let Some(view) = project
            .services
            .get(&wanted.owner)
            .and_then(|owner| owner.views.get(&wanted.view))
        else {
            continue;
        };
        let arn = names::table_arn(&wanted.owner, &view.table);
        add(read, &arn);
        for index in &view.indexes {
            add(read, &format!("{arn}/index/{index}"));
        }
    }
    if let Trigger::Events(_) | Trigger::Queue(_) = function.trigger {
        let queue = function.queue().unwrap_or_default();
        let receive = "sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:ChangeMessageVisibility";
        add(receive, &names::queue_arn(service, queue));
        add(
            "sqs:SendMessage",
            &names::queue_arn(service, &format!("{queue}-dlq")),
        );
    }
    if let Trigger::Relay = function.trigger {
        let stream = format!("{}/stream/*", names::table_arn(service, COMMANDS));
        add(
            "dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator dynamodb:ListStreams",
            &stream,
        );
        if function.publishes() {
            let bus = names::arn("events", &format!("event-bus/{}", names::BUS));
            add("events:PutEvents", &bus);
        }
        add(
            "dynamodb:BatchGetItem dynamodb:GetItem dynamodb:PutItem",
            &names::table_arn(service, AUDIT),
        );
        add(
            "sqs:SendMessage",
            &names::queue_arn(service, &format!("{}-dlq", function.name)),
        );
    }
    if entry.audits {
        let logs = project
            .services
            .values()
            .filter(|manifest| manifest.has_commands());
        for manifest in logs {
            let log = names::table_arn(&manifest.name, AUDIT);
            add(read, &log);
            add(read, &format!("{log}/index/*"));
            if entry.proves {
                let commands = names::table_arn(&manifest.name, COMMANDS);
                add("dynamodb:Query", &format!("{commands}/index/by-time"));
            }
        }
    }
    for queue in &entry.sends {
        add("sqs:SendMessage", &names::queue_arn(service, queue));
    }
    for (bucket, access) in &entry.objects {
        let objects = format!("{}/*", names::bucket_arn(bucket));
        if access.read {
            add("s3:GetObject", &objects);
        }
        if access.write {
            add("s3:PutObject", &objects);
        }
        if access.list {
            add("s3:ListBucket", &names::bucket_arn(bucket));
        }
        if access.delete {
            add("s3:DeleteObject", &objects);
        }
    }
    for secret in &entry.secrets {
        let arn = names::arn(
            "secretsmanager",
            &format!("secret:{}-??????", names::secret(secret)),
        );
        add("secretsmanager:GetSecretValue", &arn);
    }
    if entry.keys.is_some_and(|keys| keys.read) {
        add("kms:Decrypt", "${SubjectKey}");
    }
    if entry.keys.is_some_and(|keys| keys.write) {
        add("kms:GenerateDataKey", "${SubjectKey}");
    }
    if entry.mail {
        add(
            "ses:SendEmail",
            &names::arn("ses", "identity/${MailIdentity}"),
        );
    }
    pairs
}
