//! What an entry must look like by itself, and beside the others.

use std::collections::BTreeMap;

use kernel::{permission::Rule, rate::Class};

use super::super::Finding;
use crate::manifest::{Idempotency, Route};
use crate::names;
use crate::plan::{Planned, trigger};
use crate::project::Project;

/// A function has one trigger: its name, its role and its page say what starts it.
pub(super) fn triggers(project: &Project) -> Vec<Finding> {
    let mut found = Vec::new();
    for manifest in project.services.values() {
        for (name, entry) in &manifest.functions {
            if trigger(entry).is_none() {
                let message = format!(
                    "`{name}` needs exactly one of `route`, `on`, `every`, `from`, `relay` and `invoke`: a function does one thing for one reason"
                );
                found.push(Finding::new(manifest.place_of(name), message));
            }
            if entry.on_object.is_some() && (entry.from.is_none() || entry.objects.is_empty()) {
                let message = format!(
                    "`{name}` has `on-object` without a queue (`from`) and a bucket (`objects`): objects are announced through a queue, so that none is lost"
                );
                found.push(Finding::new(manifest.place_of(name), message));
            }
        }
    }
    found
}

/// A route says who may call it, in words the kernel knows.
pub(super) fn routes(project: &Project) -> Vec<Finding> {
    let mut found = Vec::new();
    for function in project.functions() {
        let name = function.name;
        let place = function.manifest.place_of(name);
        let (route, allow) = (function.route(), &function.entry.allow);
        match (route, allow) {
            (Some(_), None) => {
                let message = format!(
                    "`{name}` has a route and no `allow`: who may call is written out for every route, `\"public\"` too"
                );
                found.push(Finding::new(place, message));
            }
            (Some(_), Some(allow)) => {
                if let Err(error) = allow.parse::<Rule>() {
                    let message = format!(
                        "`{name}`: {error}; the permissions are in shared/kernel/src/permission.rs"
                    );
                    found.push(Finding::new(place.clone(), message));
                }
                if function.entry.summary.is_none() && matches!(route, Some(Route::Path { .. })) {
                    let message = format!(
                        "`{name}` has no `summary`: the API reference would show a route without a word"
                    );
                    found.push(Finding::new(place, message));
                }
            }
            (None, Some(_)) => {
                let message = format!(
                    "`{name}` has `allow` and no route: nobody calls it, so the line protects nothing"
                );
                found.push(Finding::new(place, message));
            }
            (None, None) => {}
        }
    }
    found
}

/// A route leads to one function, and a name means one function in the whole repository.
pub(super) fn used_twice(project: &Project) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut names: BTreeMap<&str, Vec<Planned<'_>>> = BTreeMap::new();
    let mut routes: BTreeMap<String, Vec<Planned<'_>>> = BTreeMap::new();
    for function in project.functions() {
        names.entry(function.name).or_default().push(function);
        if let Some(route) = function.route() {
            // `/orders/{id}` and `/orders/{order_id}` are one route to the gateway.
            routes.entry(route.pattern()).or_default().push(function);
        }
    }
    for (name, all) in names.iter().filter(|(_, all)| all.len() > 1) {
        for function in all {
            let message = format!(
                "`{name}` is used twice: binaries of one workspace share a folder, and one would overwrite the other"
            );
            found.push(Finding::new(function.manifest.place_of(name), message));
        }
    }
    for all in routes.values().filter(|all| all.len() > 1) {
        for function in all {
            let route = function
                .route()
                .map(ToString::to_string)
                .unwrap_or_default();
            let message = format!(
                "`{route}` leads to {} functions: the gateway takes one and refuses the other stack",
                all.len()
            );
            found.push(Finding::new(
                function.manifest.place_of(function.name),
                message,
            ));
        }
    }
    found
}

/// What AWS takes of a function's numbers.
pub(super) fn limits(project: &Project) -> Vec<Finding> {
    let mut found = Vec::new();
    for function in project.functions() {
        let mut say = |wrong: bool, message: String| {
            if wrong {
                found.push(Finding::new(
                    function.manifest.place_of(function.name),
                    message,
                ));
            }
        };
        let (name, timeout, memory) = (function.name, function.timeout(), function.memory());
        say(
            !(128..=10_240).contains(&memory),
            format!("`{name}` asks for {memory} MB; Lambda gives 128 to 10,240"),
        );
        say(
            timeout > 900,
            format!("`{name}` may run {timeout} s; Lambda ends a run after 900"),
        );
        say(
            function.route().is_some() && timeout > 29,
            format!(
                "`{name}` may run {timeout} s; the gateway gives up after 30, and its caller long before"
            ),
        );
        say(
            function.body_limit() > 6 * 1024 * 1024,
            format!(
                "`{name}` takes a body of {} bytes; Lambda is handed 6 MB at most",
                function.body_limit()
            ),
        );
        say(
            function
                .entry
                .concurrency
                .is_some_and(|concurrency| !(2..=1000).contains(&concurrency)),
            format!("`{name}`: a queue's mapping takes a concurrency of 2 to 1,000"),
        );
        say(
            function.route().is_some()
                && !function.writes()
                && function.idempotency() != Idempotency::None,
            format!(
                "`{name}` takes an Idempotency-Key and writes nothing: there would be no record to replay"
            ),
        );
        say(
            function.queue().is_some() && function.batch() > 10,
            format!(
                "`{name}` takes {} messages at once; over 10 a mapping waits for a window first",
                function.batch()
            ),
        );
    }
    found
}

/// A rate is one that the kernel knows, of a route, and somebody keeps its counters.
pub(super) fn rates(project: &Project) -> Vec<Finding> {
    let mut found = Vec::new();
    let (service, table) = names::LIMITS;
    let kept = project
        .services
        .get(service)
        .is_some_and(|manifest| manifest.tables.contains_key(table));
    for function in project.functions() {
        let (name, Some(rate)) = (function.name, function.rate()) else {
            continue;
        };
        let mut say = |message: String| {
            found.push(Finding::new(
                function.manifest.place_of(function.name),
                message,
            ));
        };
        if let Err(error) = rate.parse::<&'static Class>() {
            let known: Vec<_> = Class::ALL.iter().map(|class| class.name).collect();
            say(format!(
                "`{name}`: {error}; shared/kernel/src/rate.rs has {}",
                known.join(", ")
            ));
        }
        if function.route().is_none() {
            say(format!(
                "`{name}` has a rate and no route: nobody calls it, so the line limits nothing"
            ));
        }
        if !kept {
            say(format!(
                "`{name}` has a rate, and {service} has no table `{table}` to count in"
            ));
        }
    }
    found
}

/// What a service writes is published by its one relay, and by nobody else.
pub(super) fn relays(project: &Project) -> Vec<Finding> {
    let mut found = Vec::new();
    for manifest in project.services.values() {
        let wanted = format!("relay-{}-events", manifest.name);
        let relays: Vec<_> = manifest
            .functions
            .iter()
            .filter(|(_, entry)| entry.relay)
            .map(|(name, _)| name)
            .collect();
        let announces = contracts::catalogue()
            .iter()
            .any(|event| event.service == manifest.name);
        if announces && relays.is_empty() {
            let message = format!(
                "{} announces events and has no `{wanted}`: they would stay in its table",
                manifest.name
            );
            found.push(Finding::new(manifest.place("functions"), message));
        }
        for name in &relays {
            if **name != wanted || relays.len() > 1 {
                let message = format!(
                    "`{name}`: a service has one relay, `{wanted}`; two readers a shard are all that a stream allows"
                );
                found.push(Finding::new(manifest.place_of(name), message));
            }
        }
    }
    found
}
