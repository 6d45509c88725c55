//! `infra/terraform/functions.json`: all that the Terraform modules need, for `for_each` over functions, tables,
//! queues and buckets. Texts hold `${Stage}` and AWS's placeholders as the templates do; the modules replace them.

use crate::manifest::Manifest;
use crate::node::Node;
use crate::plan::{Condition, Grant, Planned, Setting, TRIES, Trigger, environment};
use crate::project::Project;
use crate::{map, names};

use super::sam::index_keys;
use super::settings;

/// The file.
pub fn file(project: &Project) -> String {
    let functions = project.functions();
    map! {
        "about" => "Rendered by `cargo stack render` from functions/*/service.toml; change it there.",
        "functions" => Node::Map(functions.iter().map(|function| (function.name.to_owned(), entry(project, function))).collect()),
        "tables" => Node::Map(project.services.values().flat_map(tables).collect()),
        "buckets" => Node::Map(project.services.values().flat_map(buckets).collect()),
        "settings" => Node::Map(
            settings::SETTINGS
                .iter()
                .map(|(name, _, default, about)| ((*name).to_owned(), map! { "default" => *default, "about" => *about }))
                .chain(settings::TEXTS.iter().map(|(name, default, _, about)| {
                    ((*name).to_owned(), map! { "default" => *default, "about" => *about })
                }))
                .collect(),
        ),
    }
    .to_json()
}

fn entry(project: &Project, function: &Planned<'_>) -> Node {
    let mut entry = map! {
        "service" => function.service(),
        "name" => function.deployed_name(),
        "zip" => format!("target/lambda/{}/bootstrap.zip", function.name),
        "memory" => function.memory(),
        "timeout" => function.timeout(),
        "log_group" => names::log_group(function.service(), function.name),
        "trigger" => trigger(function),
    };
    if let Some(queue) = function.queue() {
        entry.push(
            "queue",
            map! {
                "name" => names::of(function.service(), queue),
                "visibility_timeout" => function.visibility(),
                "keep_days" => function.keep_days(),
                "tries" => TRIES,
                "batch_size" => function.batch(),
                "maximum_concurrency" => function.entry.concurrency.map_or(Node::Null, Node::from),
            },
        );
    }
    if let Some(queue) = function.dead_letters() {
        entry.push("dead_letters", names::of(function.service(), &queue));
    }
    let variables = environment(function)
        .into_iter()
        .map(|(name, setting)| (name, value(function, setting)));
    entry.push("environment", Node::Map(variables.collect()));
    entry.push(
        "policy",
        project
            .grants(function)
            .iter()
            .map(statement)
            .collect::<Vec<_>>(),
    );
    entry
}

fn trigger(function: &Planned<'_>) -> Node {
    match function.trigger {
        Trigger::Http(route) => map! {
            "kind" => "http",
            "route" => route.to_string(),
            "source" => route.pattern(),
            "allow" => function.entry.allow.as_deref().unwrap_or_default(),
        },
        Trigger::Events(events) => {
            let mut sources: Vec<_> = events.iter().map(|event| names::publisher(event)).collect();
            sources.sort_unstable();
            sources.dedup();
            map! { "kind" => "events", "types" => events.to_vec(), "sources" => sources }
        }
        Trigger::Invoke => map! { "kind" => "invoke" },
        Trigger::Schedule(every) => {
            map! { "kind" => "schedule", "expression" => every.expression() }
        }
        Trigger::Queue(queue) => {
            let mut trigger = map! { "kind" => "queue", "queue" => queue };
            if let (Some(prefix), Some(bucket)) = (
                &function.entry.on_object,
                function.entry.objects.keys().next(),
            ) {
                trigger.push("object", map! { "bucket" => bucket, "prefix" => prefix });
            }
            trigger
        }
        Trigger::Relay => map! {
            "kind" => "stream",
            "table" => names::of(function.service(), crate::manifest::COMMANDS),
            "batch_size" => function.batch(),
            "tries" => TRIES,
            "filter" => "{\"eventName\":[\"INSERT\"]}",
        },
    }
}

/// Where a setting comes from: exactly one of `text`, `variable`, `queue` or `secret`.
fn value(function: &Planned<'_>, setting: Setting) -> Node {
    match setting {
        Setting::Text(text) | Setting::Name(text) => map! { "text" => text },
        Setting::Parameter(name) => map! { "variable" => snake(name) },
        Setting::Named(name) => map! { "variable" => name.to_lowercase() },
        Setting::QueueUrl(queue) => map! { "queue" => names::of(function.service(), &queue) },
        Setting::SecretValue(name) => map! { "secret" => names::secret(name) },
    }
}

/// `JwtKeys` → `jwt_keys`.
fn snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

fn statement(grant: &Grant) -> Node {
    let mut statement = map! {
        "sid" => grant.sid.as_str(),
        "actions" => grant.actions.clone(),
        "resources" => grant.resources.clone(),
    };
    if let Some(Condition::Attributes(attributes)) = &grant.condition {
        statement.push("attributes", attributes.clone());
    }
    statement
}

fn tables(manifest: &Manifest) -> Vec<(String, Node)> {
    let tables = manifest.all_tables();
    let table = |(name, indexes): (&str, &[String])| {
        let indexes = indexes
            .iter()
            .map(|index| {
                let (pk, sk) = index_keys(index);
                let shows = super::sam::projection(name);
                (
                    index.clone(),
                    map! { "pk" => pk, "sk" => sk, "projection" => shows },
                )
            })
            .collect();
        let table = map! {
            "service" => &manifest.name,
            "name" => names::of(&manifest.name, name),
            "stream" => name == crate::manifest::COMMANDS,
            "indexes" => Node::Map(indexes),
            "personal" => manifest.tables.get(name).map_or(Vec::new(), |table| table.personal.clone()),
        };
        (format!("{}-{name}", manifest.name), table)
    };
    tables.into_iter().map(table).collect()
}

fn buckets(manifest: &Manifest) -> Vec<(String, Node)> {
    let bucket = |(name, bucket): (&String, &crate::manifest::Bucket)| {
        let entry = map! {
            "service" => &manifest.name,
            "name" => names::bucket(name),
            "keep_days" => bucket.expires().map_or(Node::Null, Node::from),
            "lock_days" => bucket.lock_days.map_or(Node::Null, Node::from),
        };
        (name.clone(), entry)
    };
    manifest.buckets.iter().map(bucket).collect()
}
