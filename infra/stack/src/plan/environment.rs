//! What a function is told: the only settings it reads.

use super::{Planned, Trigger};
use crate::names;
use crate::render::settings::SHARED;

/// Where a setting's value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The manifest.
    Text(String),
    /// A computed name with `${Stage}` and AWS's own placeholders in it.
    Name(String),
    /// A parameter of the stack.
    Parameter(&'static str),
    /// A parameter of the stack that the manifest names; in upper snake case.
    Named(String),
    /// The URL of one of the service's queues.
    QueueUrl(String),
    /// A secret's value, put in at deploy.
    SecretValue(&'static str),
}

/// The settings that every function of a service has.
pub fn common(service: &str) -> Vec<(&'static str, Setting)> {
    vec![
        ("STAGE", Setting::Parameter("Stage")),
        ("SERVICE", Setting::Text(service.to_owned())),
        ("VERSION", Setting::Parameter("Version")),
        ("LOG_LEVEL", Setting::Parameter("LogLevel")),
        // What is large (the 19 MiB of a password's hash) is given back at once. Left to itself, glibc keeps it on the
        // heap after the first time (mallopt(3), M_MMAP_THRESHOLD), where the trace of each invocation, an environment
        // variable that is never freed, cuts it up: 6 MB more a log-in.
        (
            "MALLOC_MMAP_THRESHOLD_",
            Setting::Text("1048576".to_owned()),
        ),
        ("CURRENCY", Setting::Parameter("Currency")),
        ("LOCALE", Setting::Parameter("Locale")),
    ]
}

/// The settings of one function beyond the common ones.
pub fn own(function: &Planned<'_>) -> Vec<(String, Setting)> {
    let entry = function.entry;
    let mut found = vec![(
        "FUNCTION".to_owned(),
        Setting::Text(function.name.to_owned()),
    )];
    let mut add = |name: String, setting: Setting| found.push((name, setting));

    match function.trigger {
        Trigger::Http(route) => {
            add("ROUTE".into(), Setting::Text(route.to_string()));
            add(
                "ALLOW".into(),
                Setting::Text(entry.allow.clone().unwrap_or_default()),
            );
            add(
                "IDEMPOTENCY".into(),
                Setting::Text(function.idempotency().word().into()),
            );
            add(
                "BODY_LIMIT".into(),
                Setting::Text(function.body_limit().to_string()),
            );
            add("JWT_KEYS".into(), Setting::Parameter("JwtKeys"));
            add("JWT_ISSUER".into(), Setting::Parameter("JwtIssuer"));
            add("CURSOR_KEY".into(), Setting::SecretValue("cursor-key"));
            add("CLIENT_IP_FROM".into(), Setting::Parameter("ClientIpFrom"));
            if entry.step_up {
                add("STEP_UP".into(), Setting::Text("true".into()));
                add("SECOND_FACTOR".into(), Setting::Parameter("SecondFactor"));
            }
            if let Some(class) = function.rate() {
                add("RATE".into(), Setting::Text(class.to_owned()));
                add("RATE_FACTOR".into(), Setting::Parameter("RateFactor"));
            }
            // The connection is opened at init.
            let reads = !entry.reads.is_empty() || !entry.writes.is_empty() || entry.audits;
            if reads || function.rate().is_some() {
                add("WARM_UP".into(), Setting::Text("dynamodb".into()));
            }
        }
        Trigger::Relay => add("BUS".into(), Setting::Name(names::BUS.to_owned())),
        Trigger::Events(_) | Trigger::Queue(_) | Trigger::Schedule(_) | Trigger::Invoke => {}
    }
    if let Some(queue) = function.queue() {
        add("QUEUE_URL".into(), Setting::QueueUrl(queue.to_owned()));
    }
    if let Some(queue) = function.dead_letters() {
        add("DLQ_URL".into(), Setting::QueueUrl(queue));
    }
    for queue in &entry.sends {
        add(
            format!("QUEUE_{}_URL", names::upper_snake(queue)),
            Setting::QueueUrl(queue.clone()),
        );
    }
    for bucket in entry.objects.keys() {
        let name = names::bucket(bucket);
        add(
            format!("BUCKET_{}", names::upper_snake(bucket)),
            Setting::Name(name),
        );
    }
    for secret in &entry.secrets {
        let name = names::secret(secret);
        add(
            format!("SECRET_{}", names::upper_snake(secret)),
            Setting::Name(name),
        );
    }
    if entry.audits {
        let services = function.manifest.audited.join(",");
        add("AUDITED_SERVICES".into(), Setting::Text(services));
    }
    if entry.keys.is_some() {
        add("SUBJECT_KEY".into(), Setting::Parameter("SubjectKey"));
    }
    if entry.mail {
        add("MAIL_FROM".into(), Setting::Parameter("MailFrom"));
        add("SHOP_URL".into(), Setting::Parameter("ShopUrl"));
    }
    for setting in &entry.settings {
        let shared = SHARED.iter().find(|(known, ..)| known == setting);
        let value = shared.map_or_else(
            || Setting::Named(setting.clone()),
            |(_, parameter, _)| Setting::Parameter(parameter),
        );
        add(setting.clone(), value);
    }
    found
}

/// Every setting of a function, the common ones first.
pub fn environment(function: &Planned<'_>) -> Vec<(String, Setting)> {
    let common = common(function.service())
        .into_iter()
        .map(|(name, setting)| (name.to_owned(), setting));
    common.chain(own(function)).collect()
}
