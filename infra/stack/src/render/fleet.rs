//! `infra/fleet/src/lib.rs`: every function file as a module of one crate, so that a laptop runs the fleet from one
//! program and tests run it in process, with the settings that it has on a laptop and the events that it listens to.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::settings;
use crate::names;
use crate::plan::{Planned, Setting, Trigger, environment};
use crate::project::Project;

const HEAD: &str =
    "//! Every function of the platform in one program: for a laptop and for the tests.
//! Rendered by `cargo stack render` from functions/*/service.toml; change it there.

";

/// The file.
pub fn file(project: &Project) -> String {
    let mut functions = project.functions();
    functions.retain(|function| project.page(function).is_file());
    functions.sort_by_key(|function| function.name);

    let mut file = HEAD.to_owned();
    for function in &functions {
        let (service, name) = (function.service(), function.name);
        let module = names::snake(name);
        let _ = writeln!(
            file,
            "#[path = \"../../../functions/{service}/src/bin/{name}.rs\"]\nmod {module};"
        );
    }
    file.push_str("\n/// A function's `main`.\npub type Main = fn() -> lambda::Exit;\n\n/// Each function's name and its `main`.\n#[rustfmt::skip]\npub const FLEET: &[(&str, Main)] = &[\n");
    for function in &functions {
        let _ = writeln!(
            file,
            "    (\"{}\", {}::main),",
            function.name,
            names::snake(function.name)
        );
    }
    file.push_str(
        "];\n\n/// What each function is told at stage `local`, but for keys, queues' URLs and the values of secrets.\n\
         #[rustfmt::skip]\npub const SETTINGS: &[(&str, &[(&str, &str)])] = &[\n",
    );
    for function in &functions {
        let _ = writeln!(file, "    (\n        \"{}\",\n        &[", function.name);
        for (name, value) in told(function) {
            let _ = writeln!(file, "            ({name:?}, {value:?}),");
        }
        file.push_str("        ],\n    ),\n");
    }
    file.push_str("];\n\n/// Who listens to each type of event.\n#[rustfmt::skip]\npub const LISTENERS: &[(&str, &[&str])] = &[\n");
    for (event, listeners) in listeners(&functions) {
        let listeners: Vec<_> = listeners.iter().map(|name| format!("{name:?}")).collect();
        let short = format!("    ({event:?}, &[{}]),", listeners.join(", "));
        if short.len() <= 100 {
            let _ = writeln!(file, "{short}");
        } else {
            let _ = writeln!(file, "    (\n        {event:?},\n        &[");
            for listener in listeners {
                let _ = writeln!(file, "            {listener},");
            }
            file.push_str("        ],\n    ),\n");
        }
    }
    file.push_str("];\n");
    file
}

fn told(function: &Planned<'_>) -> Vec<(String, String)> {
    let local = |text: &str| {
        text.replace("${Stage}", "local")
            .replace("${AWS::AccountId}", "000000000000")
    };
    environment(function)
        .into_iter()
        .filter_map(|(name, setting)| {
            let value = match setting {
                Setting::Text(text) => text,
                Setting::Name(text) => local(&text),
                Setting::Named(name) => settings::default_of(&name)?,
                Setting::Parameter(parameter) => parameter_of_a_laptop(parameter)?.to_owned(),
                Setting::QueueUrl(_) | Setting::SecretValue(_) => return None,
            };
            Some((name, value))
        })
        .collect()
}

fn parameter_of_a_laptop(name: &str) -> Option<&'static str> {
    Some(match name {
        "Stage" => "local",
        "Version" => "dev",
        "LogLevel" => "warn",
        "Currency" => "EUR",
        "Locale" => "en",
        "ClientIpFrom" => "gateway",
        "SecondFactor" => "optional",
        "RateFactor" => "10000",
        "MailFrom" => "shop@souk.example",
        "ShopUrl" => "http://localhost:3000",
        "JwtIssuer" => "https://souk.example",
        _ => return None,
    })
}

fn listeners<'a>(functions: &[Planned<'a>]) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut listeners: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for function in functions {
        if let Trigger::Events(events) = function.trigger {
            for event in events {
                listeners.entry(event).or_default().push(function.name);
            }
        }
    }
    listeners
}
