//! What a function's role may do: exactly what its manifest entry says, on exactly the things it names.

use super::{Planned, Trigger};
use crate::manifest::{AUDIT, COMMANDS, COMMANDS_BY_TIME};
use crate::names;

/// One statement of a role's policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// A name for the reader of the policy.
    pub sid: String,
    /// What may be done.
    pub actions: Vec<&'static str>,
    /// With what: ARNs with `${Stage}` and AWS's own placeholders in them.
    pub resources: Vec<String>,
    /// Under which condition.
    pub condition: Option<Condition>,
}

/// A condition of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Only these attributes may be read, and they must be asked for by name.
    Attributes(Vec<String>),
}

const READ: [&str; 3] = [
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:Query",
];
const WRITE: [&str; 3] = [
    "dynamodb:ConditionCheckItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
];
const DELETE: &str = "dynamodb:DeleteItem";

/// The attributes every item has: readable in every view.
pub const STANDARD_ATTRIBUTES: [&str; 7] = [
    "pk",
    "sk",
    "kind",
    "schema",
    "rev",
    "created_at",
    "updated_at",
];

/// The statements of a function's role.
pub fn grants(
    function: &Planned<'_>,
    view: impl Fn(&str, &str) -> Option<ViewGrant>,
) -> Vec<Grant> {
    let mut found = vec![logs(function), traces()];
    found.extend(tables(function));
    found.extend(commands(function));
    found.extend(limits(function));
    if view(names::KEY_USES.0, names::KEY_USES.1).is_some() {
        found.extend(key_uses(function));
    }
    for wanted in &function.entry.views {
        if let Some(view) = view(&wanted.owner, &wanted.view) {
            found.push(Grant {
                sid: format!(
                    "View{}{}",
                    names::pascal(&wanted.owner),
                    names::pascal(&wanted.view)
                ),
                actions: READ.to_vec(),
                resources: with_indexes(&wanted.owner, &view.table, &view.indexes),
                condition: Some(Condition::Attributes(view.attributes)),
            });
        }
    }
    found.extend(audits(function));
    found.extend(trigger(function));
    found.extend(others(function));
    found
}

/// A view as a grant sees it.
#[derive(Clone, Debug)]
pub struct ViewGrant {
    /// The owner's table.
    pub table: String,
    /// Every attribute that may be read, the standard ones included.
    pub attributes: Vec<String>,
    /// The indexes that may be queried.
    pub indexes: Vec<String>,
}

fn grant(sid: impl Into<String>, actions: &[&'static str], resources: Vec<String>) -> Grant {
    Grant {
        sid: sid.into(),
        actions: actions.to_vec(),
        resources,
        condition: None,
    }
}

fn logs(function: &Planned<'_>) -> Grant {
    let group = names::log_group(function.service(), function.name);
    let streams = names::arn("logs", &format!("log-group:{group}:*"));
    grant(
        "Log",
        &["logs:CreateLogStream", "logs:PutLogEvents"],
        vec![streams],
    )
}

/// X-Ray has no resources to name: the one `*` that the checks let pass.
fn traces() -> Grant {
    grant(
        "Trace",
        &["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
        vec!["*".to_owned()],
    )
}

fn with_indexes(service: &str, table: &str, indexes: &[String]) -> Vec<String> {
    let arn = names::table_arn(service, table);
    let mut all = vec![arn.clone()];
    all.extend(indexes.iter().map(|index| format!("{arn}/index/{index}")));
    all
}

fn tables(function: &Planned<'_>) -> Vec<Grant> {
    let entry = function.entry;
    let mut found = Vec::new();
    for (table, indexes) in function.manifest.all_tables() {
        let named = |list: &[String]| list.iter().any(|name| name == table);
        let (writes, deletes) = (named(&entry.writes), named(&entry.deletes));
        if !(writes || deletes || named(&entry.reads)) {
            continue;
        }
        let mut actions = READ.to_vec();
        if writes || deletes {
            actions.extend(WRITE);
        }
        if deletes {
            actions.push(DELETE);
        }
        actions.sort_unstable();
        actions.dedup();
        let resources = with_indexes(function.service(), table, indexes);
        found.push(grant(
            format!("Table{}", names::pascal(table)),
            &actions,
            resources,
        ));
    }
    found
}

/// Whoever writes leaves its command record, and looks whether it is there already.
fn commands(function: &Planned<'_>) -> Option<Grant> {
    let entry = function.entry;
    let writes_state = entry
        .writes
        .iter()
        .chain(&entry.deletes)
        .any(|table| table != COMMANDS);
    let named = entry.writes.iter().any(|table| table == COMMANDS);
    (writes_state && !named).then(|| {
        let resources = vec![names::table_arn(function.service(), COMMANDS)];
        grant(
            "TableCommands",
            &["dynamodb:GetItem", "dynamodb:PutItem"],
            resources,
        )
    })
}

/// Whoever has a rate counts requests, and sees of a counter what the change of it shows.
fn limits(function: &Planned<'_>) -> Option<Grant> {
    let (service, table) = names::LIMITS;
    let arn = names::table_arn(service, table);
    function
        .rate()
        .map(|_| grant("Limits", &["dynamodb:UpdateItem"], vec![arn]))
}

/// Whatever API keys open keeps that one was used.
fn key_uses(function: &Planned<'_>) -> Option<Grant> {
    let (service, table) = names::KEY_USES;
    let arn = names::table_arn(service, table);
    function
        .is_for_keys()
        .then(|| grant("KeyUses", &["dynamodb:UpdateItem"], vec![arn]))
}

/// Whoever audits reads the logs of all services; whoever proves them also of their commands the keys alone.
fn audits(function: &Planned<'_>) -> Vec<Grant> {
    if !function.entry.audits {
        return Vec::new();
    }
    let services = &function.manifest.audited;
    // By a pattern, as a policy takes 10,240 characters and there are four names a service.
    let logs = services
        .iter()
        .flat_map(|service| with_indexes(service, AUDIT, &["*".to_owned()]));
    let keys = services.iter().map(|service| {
        let arn = names::table_arn(service, COMMANDS);
        format!("{arn}/index/{COMMANDS_BY_TIME}")
    });
    let mut found = vec![grant("AuditLogs", &READ, logs.collect())];
    if function.entry.proves {
        found.push(grant("CommandKeys", &["dynamodb:Query"], keys.collect()));
    }
    found
}

fn trigger(function: &Planned<'_>) -> Vec<Grant> {
    let service = function.service();
    let mut found = Vec::new();
    if let Trigger::Relay = function.trigger {
        let stream = format!("{}/stream/*", names::table_arn(service, COMMANDS));
        let actions = [
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
        ];
        found.push(grant("Stream", &actions, vec![stream]));
        if function.publishes() {
            let bus = names::arn("events", &format!("event-bus/{}", names::BUS));
            found.push(grant("Publish", &["events:PutEvents"], vec![bus]));
        }
        // It adds to the log, and has no right to change or delete what is there.
        let actions = [
            "dynamodb:BatchGetItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
        ];
        let log = names::table_arn(service, AUDIT);
        found.push(grant("AuditLog", &actions, vec![log]));
    }
    if let Some(queue) = function.queue() {
        let actions = [
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
        ];
        found.push(grant(
            "Receive",
            &actions,
            vec![names::queue_arn(service, queue)],
        ));
    }
    if let Some(queue) = function.dead_letters() {
        found.push(grant(
            "SetAside",
            &["sqs:SendMessage"],
            vec![names::queue_arn(service, &queue)],
        ));
    }
    found
}

fn others(function: &Planned<'_>) -> Vec<Grant> {
    let entry = function.entry;
    let mut found = Vec::new();
    for queue in &entry.sends {
        let resources = vec![names::queue_arn(function.service(), queue)];
        found.push(grant(
            format!("Send{}", names::pascal(queue)),
            &["sqs:SendMessage"],
            resources,
        ));
    }
    for (bucket, access) in &entry.objects {
        let mut actions = Vec::new();
        actions.extend(access.read.then_some("s3:GetObject"));
        actions.extend(access.write.then_some("s3:PutObject"));
        actions.extend(access.delete.then_some("s3:DeleteObject"));
        let objects = format!("{}/*", names::bucket_arn(bucket));
        found.push(grant(
            format!("Objects{}", names::pascal(bucket)),
            &actions,
            vec![objects],
        ));
        if access.list {
            found.push(grant(
                format!("List{}", names::pascal(bucket)),
                &["s3:ListBucket"],
                vec![names::bucket_arn(bucket)],
            ));
        }
    }
    for secret in &entry.secrets {
        // Secrets Manager ends an ARN with six characters of its own.
        let arn = names::arn(
            "secretsmanager",
            &format!("secret:{}-??????", names::secret(secret)),
        );
        let actions = ["secretsmanager:GetSecretValue"];
        found.push(grant(
            format!("Secret{}", names::pascal(secret)),
            &actions,
            vec![arn],
        ));
    }
    if let Some(keys) = entry.keys {
        let mut actions = Vec::new();
        actions.extend(keys.read.then_some("kms:Decrypt"));
        actions.extend(keys.write.then_some("kms:GenerateDataKey"));
        found.push(grant(
            "SubjectKeys",
            &actions,
            vec!["${SubjectKey}".to_owned()],
        ));
    }
    if entry.mail {
        let identity = names::arn("ses", "identity/${MailIdentity}");
        found.push(grant("Mail", &["ses:SendEmail"], vec![identity]));
    }
    found
}
