//! What an entry refers to is there: tables, queues, buckets, settings, events, views.

use contracts::EventType;

use super::super::Finding;
use crate::manifest::EVERY_READER;
use crate::names;
use crate::plan::Trigger;
use crate::project::Project;
use crate::render::settings::{SHARED, default_of};

/// Tables, queues, buckets and settings of the service's own.
pub(super) fn own(project: &Project) -> Vec<Finding> {
    let mut found = Vec::new();
    for function in project.functions() {
        let (manifest, entry, name) = (function.manifest, function.entry, function.name);
        let mut say = |message: String| found.push(Finding::new(manifest.place_of(name), message));
        let tables = manifest.all_tables();
        for table in entry
            .reads
            .iter()
            .chain(&entry.writes)
            .chain(&entry.deletes)
        {
            if !tables.contains_key(table.as_str()) {
                say(format!(
                    "`{name}` names the table `{table}`, which {} has not: a service touches its own tables alone",
                    manifest.name
                ));
            }
        }
        for queue in entry.sends.iter().chain(&entry.from) {
            if !manifest.queues.contains_key(queue) {
                say(format!(
                    "`{name}` names the queue `{queue}`; add `[queues.{queue}]`"
                ));
            }
        }
        for bucket in entry.objects.keys() {
            if !manifest.buckets.contains_key(bucket) {
                say(format!(
                    "`{name}` names the bucket `{bucket}`; add `[buckets.{bucket}]`"
                ));
            }
        }
        for setting in &entry.settings {
            let is_shared = SHARED.iter().any(|(known, ..)| known == setting);
            if !is_shared && default_of(setting).is_none() {
                say(format!(
                    "`{name}` wants the setting {setting}, which no stack has; add it to infra/stack/src/render/settings.rs"
                ));
            }
        }
    }
    for manifest in project.services.values() {
        for (name, bucket) in &manifest.buckets {
            if bucket.keep_days.is_some() && bucket.lock_days.is_some() {
                let message = format!(
                    "the bucket `{name}` is locked and forgets: say `lock_days` or `keep_days`"
                );
                let place = manifest.place(&format!("buckets.{name}"));
                found.push(Finding::new(place, message));
            }
        }
        for queue in manifest.queues.keys() {
            if !manifest
                .functions
                .values()
                .any(|entry| entry.from.as_ref() == Some(queue))
            {
                let message = format!(
                    "nothing takes from the queue `{queue}`: what is sent to it is lost after four days"
                );
                found.push(Finding::new(
                    manifest.place(&format!("queues.{queue}")),
                    message,
                ));
            }
        }
    }
    found
}

/// The audit logs of all services are for admin alone.
pub(super) fn audit(project: &Project) -> Vec<Finding> {
    let mut found = Vec::new();
    for manifest in project.services.values() {
        for (name, entry) in &manifest.functions {
            if (entry.audits || entry.proves) && manifest.name != "admin" {
                let message = format!(
                    "`{name}` reads the audit logs of all services: only functions of admin do"
                );
                found.push(Finding::new(manifest.place_of(name), message));
            }
        }
    }
    found
}

/// Views: the owner has the table, and names who reads.
pub(super) fn views(project: &Project) -> Vec<Finding> {
    let mut found = Vec::new();
    for manifest in project.services.values() {
        for (name, view) in &manifest.views {
            let place = manifest.place(&format!("views.{name}"));
            match manifest.tables.get(&view.table) {
                None => {
                    let message = format!(
                        "the view `{name}` shows the table `{}`, which {} has not",
                        view.table, manifest.name
                    );
                    found.push(Finding::new(&place, message));
                }
                Some(table) => {
                    for index in view
                        .indexes
                        .iter()
                        .filter(|index| !table.indexes.contains(index))
                    {
                        found.push(Finding::new(&place, format!("the view `{name}` names the index `{index}`, which the table has not")));
                    }
                }
            }
            for reader in view
                .readers
                .iter()
                .filter(|reader| *reader != EVERY_READER)
                .filter(|reader| !project.services.contains_key(*reader))
            {
                found.push(Finding::new(
                    &place,
                    format!("the view `{name}` is for `{reader}`, and there is no such service"),
                ));
            }
        }
    }
    for function in project.functions() {
        for wanted in &function.entry.views {
            let (owner, view, reader) = (&wanted.owner, &wanted.view, function.service());
            let declared = project
                .services
                .get(owner)
                .and_then(|manifest| manifest.views.get(view));
            let message = match declared {
                Some(declared) if declared.is_for(reader) => continue,
                Some(_) => format!(
                    "`{}` reads {owner}:{view}, but {owner} does not name {reader} among its readers: an owner knows who depends on its data",
                    function.name
                ),
                None => format!(
                    "`{}` reads {owner}:{view}, and {owner} shows no such view",
                    function.name
                ),
            };
            found.push(Finding::new(
                function.manifest.place_of(function.name),
                message,
            ));
        }
    }
    found
}

/// Events: each has a contract, and someone who publishes it.
pub(super) fn events(project: &Project, catalogue: &[EventType]) -> Vec<Finding> {
    let mut found = Vec::new();
    for function in project.functions() {
        let Trigger::Events(events) = function.trigger else {
            continue;
        };
        for event in events {
            let place = function.manifest.place_of(function.name);
            if !catalogue.iter().any(|known| known.type_name == event) {
                let message = format!(
                    "`{}` listens to {event}, which has no schema and no example: add it to shared/contracts",
                    function.name
                );
                found.push(Finding::new(&place, message));
            }
            let publisher = names::publisher(event);
            let announced = project
                .services
                .get(publisher)
                .is_some_and(|manifest| manifest.functions.values().any(|entry| entry.relay));
            if !announced {
                let message = format!(
                    "`{}` listens to {event}, which no one publishes: there is no relay in {publisher}",
                    function.name
                );
                found.push(Finding::new(&place, message));
            }
        }
    }
    found
}
