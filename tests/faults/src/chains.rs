//! That the audit logs of a world are whole, and have what was done once each.

use std::collections::BTreeMap;

use dynamo::{
    audit::{Block, Entry, Head, Place},
    record,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use testkit::Cloud;

/// What is wrong with the audit logs: nothing, once all relays have had their turn.
pub fn flaws(cloud: &Cloud) -> Vec<String> {
    flaws_of(cloud, |_| true)
}

/// The same of the services whose log or commands are among some tables.
pub(crate) fn flaws_of(cloud: &Cloud, which: impl Fn(&str) -> bool) -> Vec<String> {
    let is_asked_for = |table: &str| {
        let service = table.strip_suffix("-audit");
        service.is_some_and(|service| which(table) || which(&format!("{service}-commands")))
    };
    let mut flaws = Vec::new();
    for (table, items) in cloud.snapshot(is_asked_for) {
        let service = table.trim_start_matches("local-");
        let service = service.trim_end_matches("-audit");
        let commands = cloud.items(&format!("{service}-commands"));
        flaws.extend(
            flaws_in(service, &items, &commands)
                .into_iter()
                .map(|flaw| format!("{service}: {flaw}")),
        );
    }
    flaws
}

fn of_kind<T: DeserializeOwned>(items: &[Value], kind: &str) -> Vec<T> {
    let items = items.iter().filter(|item| item["kind"] == kind);
    items
        .map(|item| serde_json::from_value(item.clone()).unwrap())
        .collect()
}

fn flaws_in(service: &str, items: &[Value], commands: &[Value]) -> Vec<String> {
    let mut flaws = Vec::new();
    let entries: Vec<Entry> = of_kind(items, "audit-entry");
    let mut entries: BTreeMap<String, Entry> = entries
        .into_iter()
        .map(|entry| (entry.record.clone(), entry))
        .collect();
    let mut blocks: Vec<Block> = of_kind(items, "audit-block");
    blocks.sort_by_key(|block| block.first);

    let mut place = Place::default();
    let mut logged = Vec::new();
    for block in blocks {
        if block.first != place.number + 1 {
            flaws.push(format!("a block begins with {}", block.first));
        }
        for record in block.records {
            match entries.remove(&record) {
                Some(entry) => {
                    if let Err(flaw) = place.step(service, &entry) {
                        flaws.push(format!("{} is {flaw:?}", entry.number));
                    }
                }
                None => flaws.push(format!("there is no entry {}", place.number + 1)),
            }
            logged.push(record);
        }
    }
    flaws.extend(
        entries
            .keys()
            .map(|record| format!("{record} is in no block")),
    );
    let heads: Vec<Head> = of_kind(items, "audit-head");
    let end = heads
        .first()
        .map_or_else(Place::default, |head| head.place.clone());
    if end != place {
        flaws.push(format!("the head is {end:?}, the last entry {place:?}"));
    }

    let told = commands
        .iter()
        .filter(|command| !command["audit"].is_null());
    let mut told: Vec<String> = told
        .map(|command| record::digest(command["pk"].as_str().unwrap()))
        .collect();
    told.sort();
    logged.sort();
    if told != logged {
        let (told, logged) = (told.len(), logged.len());
        flaws.push(format!(
            "{told} commands are to be logged, {logged} entries are"
        ));
    }
    flaws
}
