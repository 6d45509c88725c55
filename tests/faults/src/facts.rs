//! What a world has come to, without the names that chance gave: two worlds that went through the same have the
//! same facts.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use crate::{World, chains};

/// This much of a difference is told.
const MOST_LINES: usize = 12;

/// What a world has come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// The items of each table, but for the command records and the audit logs, which have one more of each when a
    /// client logs in anew, the counters of requests: who asks again is counted again; and when keys were last used,
    /// which is left where it cannot be kept.
    pub items: BTreeMap<String, Vec<String>>,
    /// The events, each once: their type and what they say.
    pub events: Vec<String>,
    /// The mails. SES may be asked twice when a process ends between the mail and its record.
    pub mails: BTreeSet<String>,
    /// What was laid aside.
    pub letters: usize,
    /// What is wrong with the audit logs.
    pub flaws: Vec<String>,
}

impl Facts {
    /// Of a world, in which ids that are in `known` keep their name.
    pub fn of(world: &World, known: &HashSet<String>) -> Self {
        Self::of_tables(world, known, |_| true)
    }

    /// The same of some tables alone: the others are left out, and the audit logs of services that none of these are of.
    pub fn of_tables(world: &World, known: &HashSet<String>, which: impl Fn(&str) -> bool) -> Self {
        let cloud = &world.stage.cloud;
        let items = cloud
            .snapshot(|table| {
                let left_out = ["-commands", "-audit", "-limits", "-key-uses"];
                which(table) && !left_out.iter().any(|end| table.ends_with(end))
            })
            .into_iter()
            .map(|(table, items)| {
                let mut items: Vec<String> = items
                    .iter()
                    .map(|item| {
                        // When it ends follows from when it was written.
                        let mut item = item.clone();
                        item["expires_at"] = Value::Null;
                        // An app that is set up once more replaces the one that is pending, and whoever shows a
                        // code once more, since the answer was lost, has one try less.
                        if item["kind"] == "second-factor" {
                            item["rev"] = Value::Null;
                            item["tries"] = Value::Null;
                        }
                        // A rotation whose answer was lost is done once more, and the secret that nobody has seen
                        // is one of those before the last.
                        if item["kind"] == "api-keys" {
                            item["rev"] = Value::Null;
                            for key in item["keys"].as_array_mut().into_iter().flatten() {
                                key["secrets"] = Value::Null;
                            }
                            for label in item["labels"].as_object_mut().into_iter().flatten() {
                                label.1["hint"] = Value::Null;
                            }
                        }
                        // A mail is claimed anew when the process that claimed it has ended.
                        if item["kind"] == "mail" {
                            item["rev"] = Value::Null;
                        }
                        // A log-in that ended after its try was counted is counted once more.
                        if item["kind"] == "security-event" {
                            item["refused"] = Value::Null;
                        }
                        nameless(&item.to_string(), known)
                    })
                    .collect();
                items.sort();
                // A log-in whose answer was lost leaves a session that nobody has the token of, and was one.
                if table.ends_with("-sessions") || table.ends_with("-security-events") {
                    items.dedup();
                }
                (table, items)
            })
            .collect();
        let mut events: Vec<String> = world
            .published
            .values()
            .map(|event| {
                let told = format!("{} {}", event.detail_type, event.detail["data"]);
                nameless(&told, known)
            })
            .collect();
        events.sort();
        let mails = cloud.mails().into_iter().map(|mail| {
            nameless(
                &format!("{} {} {}", mail.to, mail.subject, mail.text),
                known,
            )
        });
        Self {
            items,
            events,
            mails: mails.collect(),
            letters: world.letters.len(),
            flaws: chains::flaws_of(cloud, which),
        }
    }

    /// Every id in a world.
    pub fn ids(world: &World) -> HashSet<String> {
        let mut ids = HashSet::new();
        for items in world.stage.cloud.snapshot(|_| true).values() {
            for item in items {
                collect(item, &mut ids);
            }
        }
        for event in world.published.values() {
            collect(&event.detail, &mut ids);
        }
        ids
    }

    /// What two worlds do not have in common, to be read.
    pub fn difference(&self, other: &Self) -> String {
        let mut lines = Vec::new();
        for (table, items) in &self.items {
            let others = other.items.get(table).map_or(&[][..], Vec::as_slice);
            lines.extend(apart(table, items, others));
        }
        lines.extend(apart("events", &self.events, &other.events));
        let list = |mails: &BTreeSet<String>| mails.iter().cloned().collect::<Vec<_>>();
        lines.extend(apart("mails", &list(&self.mails), &list(&other.mails)));
        if self.letters != other.letters {
            lines.push(format!("letters: {} and {}", self.letters, other.letters));
        }
        lines.extend(apart("audit logs", &self.flaws, &other.flaws));
        lines.truncate(MOST_LINES);
        lines.join("\n")
    }
}

fn apart(what: &str, these: &[String], those: &[String]) -> Vec<String> {
    let count = |list: &[String], one: &String| list.iter().filter(|other| *other == one).count();
    let all: BTreeSet<&String> = these.iter().chain(those).collect();
    all.into_iter()
        .filter(|one| count(these, one) != count(those, one))
        .map(|one| {
            let (here, there) = (count(these, one), count(those, one));
            let start: String = one.chars().take(600).collect();
            format!("{what}: {here}× and {there}×: {start}")
        })
        .collect()
}

fn collect(value: &Value, ids: &mut HashSet<String>) {
    match value {
        Value::String(text) => {
            ids.extend(words(text).filter(|word| is_id(word)).map(str::to_owned));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, ids)),
        Value::Object(members) => members.values().for_each(|value| collect(value, ids)),
        _ => {}
    }
}

/// Ids, digests and times come out whole.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || "_-:.".contains(c)))
}

/// `2026-01-01T00:00:00.000Z`
fn is_time(word: &str) -> bool {
    word.len() == 24 && word.ends_with('Z') && word.as_bytes()[10] == b'T'
}

/// `1767225600000`, or a little more: milliseconds since 1970, and what is counted from there.
fn is_millisecond(word: &str) -> bool {
    word.len() == 13 && word.starts_with('1') && word.bytes().all(|b| b.is_ascii_digit())
}

/// A handle that was made of a title: `goods-a7ae1ffa`.
fn made_of_title(word: &str) -> Option<&str> {
    let (title, unique) = word.rsplit_once('-')?;
    (unique.len() == 8 && unique.bytes().all(|b| b.is_ascii_hexdigit())).then_some(title)
}

/// `ord_` and 32 hexadecimal digits.
fn is_id(word: &str) -> bool {
    let Some((prefix, rest)) = word.split_once('_') else {
        return false;
    };
    prefix.len() == 3 && is_hex(rest)
}

fn is_hex(word: &str) -> bool {
    word.len() >= 32 && word.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The text without the ids, digests, salts and times that chance made.
fn nameless(text: &str, known: &HashSet<String>) -> String {
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let word = words(rest).next().unwrap_or_default();
        if word.is_empty() {
            let first = rest.chars().next().map_or(1, char::len_utf8);
            told.push_str(&rest[..first]);
            rest = &rest[first..];
            continue;
        }
        if known.contains(word) {
            told.push_str(word);
        } else if is_id(word) {
            told.push_str(&word[..4]);
            told.push('*');
        } else if is_hex(word) || word.len() > 40 || is_time(word) || is_millisecond(word) {
            told.push('*');
        } else if let Some(title) = made_of_title(word) {
            told.push_str(title);
        } else {
            told.push_str(word);
        }
        rest = &rest[word.len()..];
    }
    // A password's hash: everything behind the method is salt and digest.
    match told.split_once("$argon2") {
        Some((before, after)) => {
            let behind = after.find('"').map_or("", |end| &after[end..]);
            format!("{before}$argon2{behind}")
        }
        None => told,
    }
}
