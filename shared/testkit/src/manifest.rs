//! What is deployed, as it was rendered for Terraform: the tables, and each function's settings and trigger.

use std::{collections::HashMap, sync::LazyLock, time::Duration};

use serde_json::Value;

use crate::{
    iam::{Need, Statement, arn},
    keys,
};

static RENDERED: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../../infra/terraform/functions.json");
    serde_json::from_str(text).unwrap_or_default()
});

const ACCOUNT: &str = "000000000000";
pub(crate) const SUBJECT_KEY: &str = "arn:aws:kms:eu-central-1:000000000000:key/subjects";

/// A name at stage `local`.
fn name(template: &str) -> String {
    template
        .replace("${Stage}", "local")
        .replace("${AWS::AccountId}", ACCOUNT)
}

/// The tables: their names and indexes.
pub(crate) fn tables() -> impl Iterator<Item = (String, Vec<String>)> {
    let tables = RENDERED["tables"].as_object().into_iter().flatten();
    tables.map(|(_, table)| {
        let indexes = table["indexes"].as_object().into_iter().flatten();
        (
            name(table["name"].as_str().unwrap_or_default()),
            indexes.map(|(index, _)| index.clone()).collect(),
        )
    })
}

/// What identifies a person: the tables, each with its fields that do. Every write asks for one of them.
pub(crate) static PERSONAL: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
    let tables = RENDERED["tables"].as_object().into_iter().flatten();
    let read = |(_, table): (&String, &Value)| {
        let fields = table["personal"].as_array().into_iter().flatten();
        (
            name(table["name"].as_str().unwrap_or_default()),
            fields
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        )
    };
    tables.map(read).collect()
});

/// What a function is told at stage `local`.
///
/// # Panics
/// When there is no such function: the manifests were not rendered.
pub(crate) fn settings(function: &str) -> HashMap<String, String> {
    let environment = RENDERED["functions"][function]["environment"].as_object();
    let Some(environment) = environment else {
        panic!("{function} is not in infra/terraform/functions.json: run `make render`");
    };
    let read = |(setting, value): (&String, &Value)| {
        let text = |kind: &str| value[kind].as_str().map(name);
        let value = text("text")
            .or_else(|| text("queue").map(|queue| format!("https://sqs.test/{queue}")))
            .or_else(|| text("secret"))
            .or_else(|| variable(value["variable"].as_str()?));
        (setting.clone(), value.unwrap_or_default())
    };
    environment.iter().map(read).collect()
}

/// A parameter of the stack.
fn variable(name: &str) -> Option<String> {
    let fixed = match name {
        "stage" => "local",
        "version" => "test",
        "log_level" => "error",
        "currency" => "EUR",
        "locale" => "en",
        "client_ip_from" => "gateway",
        "second_factor" => "optional",
        // Tests have one address, and make more accounts than it may.
        "rate_factor" => "10000",
        "subject_key" => SUBJECT_KEY,
        "mail_from" => "shop@souk.test",
        "shop_url" => "https://souk.test",
        "jwt_issuer" => keys::ISSUER,
        // Tests have one key for everything.
        "jwt_keys" | "audit_keys" => return Some(keys::jwks()),
        _ => {
            let setting = &RENDERED["settings"][name.to_uppercase()]["default"];
            let number = setting.as_u64().map(|number| number.to_string());
            return number.or_else(|| setting.as_str().map(str::to_owned));
        }
    };
    Some(fixed.to_owned())
}

/// The route of a function: `("POST", "/v1/orders")`.
pub(crate) fn route(function: &str) -> Option<(String, String)> {
    let route = RENDERED["functions"][function]["trigger"]["route"].as_str()?;
    let (method, path) = route.split_once(' ')?;
    Some((method.to_owned(), path.to_owned()))
}

/// The function that takes from a queue of its service's own.
pub(crate) fn worker(queue: &str) -> Option<&'static str> {
    let functions = RENDERED["functions"].as_object()?;
    let takes = |function: &Value| {
        function["trigger"]["kind"] == "queue"
            && function["environment"]["QUEUE_URL"]["queue"]
                .as_str()
                .is_some_and(|template| name(template) == queue)
    };
    let mut found = functions.iter().filter(|(_, function)| takes(function));
    found.next().map(|(name, _)| name.as_str())
}

/// What each function's role may do.
pub(crate) fn policies() -> HashMap<String, Vec<Statement>> {
    let resource = |template: &str| {
        name(template)
            .replace("${AWS::Partition}", "aws")
            .replace("${AWS::Region}", "eu-central-1")
            .replace("${SubjectKey}", SUBJECT_KEY)
            .replace("${MailIdentity}", "*")
    };
    let functions = RENDERED["functions"].as_object().into_iter().flatten();
    let policy = |(function, entry): (&String, &Value)| {
        let statements = entry["policy"].as_array().into_iter().flatten();
        let read = |statement| Statement::read(statement, resource);
        (function.clone(), statements.map(read).collect())
    };
    functions.map(policy).collect()
}

/// What Lambda asks for in a function's name before it hands over a message or a record.
pub(crate) fn arrivals(function: &str) -> Vec<Need> {
    let entry = &RENDERED["functions"][function];
    let all = |service: &str, actions: &[&str], resource: &str| {
        let need = |action: &&str| Need::new(format!("{service}:{action}"), arn(service, resource));
        actions.iter().map(need).collect()
    };
    if let Some(queue) = entry["queue"]["name"].as_str() {
        let actions = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"];
        return all("sqs", &actions, &name(queue));
    }
    if entry["trigger"]["kind"] == "stream" {
        let table = entry["trigger"]["table"].as_str().unwrap_or_default();
        let actions = [
            "DescribeStream",
            "GetRecords",
            "GetShardIterator",
            "ListStreams",
        ];
        return all(
            "dynamodb",
            &actions,
            &format!("table/{}/stream/1", name(table)),
        );
    }
    Vec::new()
}

/// How long a function may take.
pub(crate) fn timeout(function: &str) -> Option<Duration> {
    RENDERED["functions"][function]["timeout"]
        .as_u64()
        .map(Duration::from_secs)
}

/// How a queue hands messages over to its function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// How long a message that was received does not show again.
    pub visibility: Duration,
    /// How often it is received before it is laid aside.
    pub tries: u32,
    /// How many a function gets at once.
    pub batch: usize,
}

/// The queue in front of a function, if there is one.
pub(crate) fn queue(function: &str) -> Option<Queue> {
    let queue = &RENDERED["functions"][function]["queue"];
    let number = |name: &str| queue[name].as_u64();
    Some(Queue {
        visibility: Duration::from_secs(number("visibility_timeout")?),
        tries: u32::try_from(number("tries")?).ok()?,
        batch: usize::try_from(number("batch_size")?).ok()?,
    })
}

/// The functions that a schedule sets off, each with its service.
pub(crate) fn scheduled() -> impl Iterator<Item = (&'static str, &'static str)> {
    let functions = RENDERED["functions"].as_object().into_iter().flatten();
    let scheduled = functions.filter(|(_, entry)| entry["trigger"]["kind"] == "schedule");
    scheduled.map(|(name, entry)| (name.as_str(), entry["service"].as_str().unwrap_or_default()))
}
