//! The table `audit` of a service:
//!
//! | item | key | |
//! |---|---|---|
//! | `audit-head` | `head` / `head` | the number and the hash of the last entry |
//! | `audit-block` | `chain` / `<first number>` | which entries one append has added, in order |
//! | `audit-entry` | `record#<digest>` / `entry` | an entry, by the command record that it comes from |
//!
//! An append is one transaction: the head as it was read becomes the next one, a block is added, and each entry
//! is written only if there is none of its command. So an entry cannot be appended twice, whatever the stream
//! delivers again, and 98 of them fit beside head and block into the hundred actions of a transaction.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use aws_sdk_dynamodb::types::TransactWriteItem;
use kernel::{Problem, Timestamp};
use serde::{Deserialize, Serialize};

use super::chain::{Entry, Flaw, Place, Told};
use crate::{
    command::{ABSENT, put},
    db::{Attributes, Db, Reason, TransactError},
    item::{Item, Key, Stored, decode, encode},
    query::Query,
    record::{self, Waiting},
    table::Table,
};

/// A transaction has at most 100 actions; one is the head's, one the block's.
const MOST_APPENDED: usize = 98;
/// How often an append is tried against others, or against what was appended before.
const TRIES: u32 = 8;
/// How many keys a read of many takes.
const MOST_READ: usize = 100;
/// How many entries a list looks at in one log, for filters that no index answers.
const MOST_EXAMINED: usize = 1_000;
/// How many of them it reads at once, when the first few were not what is looked for.
const STRETCH: usize = 250;

/// How far the chain goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The last entry's number and hash.
    #[serde(flatten)]
    pub place: Place,
}

fn head_key() -> Key {
    Key::new("head", "head")
}

impl Item for Head {
    const KIND: &'static str = "audit-head";

    fn key(&self) -> Key {
        head_key()
    }
}

/// Which entries one append has added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The number of the first.
    pub first: u64,
    /// The digests of the commands they come from, in order.
    pub records: Vec<String>,
}

impl Block {
    fn last(&self) -> u64 {
        self.first + self.records.len() as u64 - 1
    }
}

impl Item for Block {
    const KIND: &'static str = "audit-block";

    fn key(&self) -> Key {
        Key::new("chain", padded(self.first))
    }
}

/// A number as a part of a key: so that texts sort as numbers do.
fn padded(number: u64) -> String {
    format!("{number:012}")
}

impl Entry {
    /// Where it stands in every list: its time, then its number.
    pub fn sort_key(&self) -> String {
        sort_key(self.at, self.number)
    }
}

impl Item for Entry {
    const KIND: &'static str = "audit-entry";

    fn key(&self) -> Key {
        entry_key(&self.record)
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        let sort = self.sort_key();
        vec![
            ("by-actor", actor_key(&self.actor.id), sort.clone()),
            ("by-subject", subject_key(&self.subject), sort.clone()),
            ("by-time", TIME_KEY.to_owned(), sort),
        ]
    }
}

fn entry_key(record: &str) -> Key {
    Key::new(format!("record#{record}"), "entry")
}

/// Everything lies in one partition of this index: a chain takes one append at a time, and is slower than that.
const TIME_KEY: &str = "log";

fn actor_key(actor: &str) -> String {
    format!("actor#{actor}")
}

fn subject_key(subject: &str) -> String {
    format!("subject#{subject}")
}

fn sort_key(at: Timestamp, number: u64) -> String {
    format!("{at}#{}", padded(number))
}

/// What a list of entries asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// Who did it.
    pub actor: Option<String>,
    /// To what.
    pub subject: Option<String>,
    /// What was done.
    pub action: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Not after.
    pub to: Option<Timestamp>,
}

impl Filter {
    fn lets_pass(&self, entry: &Entry) -> bool {
        let is = |wanted: &Option<String>, text: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == text)
        };
        is(&self.actor, &entry.actor.id)
            && is(&self.subject, &entry.subject)
            && is(&self.action, &entry.action)
    }

    /// The one query that finds most of it, from the latest time before `below`.
    fn query(&self, below: &str) -> Query {
        let query = match (&self.subject, &self.actor) {
            (Some(subject), _) => Query::index("by-subject", subject_key(subject)),
            (None, Some(actor)) => Query::index("by-actor", actor_key(actor)),
            (None, None) => Query::index("by-time", TIME_KEY),
        };
        let from = self.from.map_or_else(String::new, |from| from.to_string());
        query.between(if from.is_empty() { "0" } else { &from }, below)
    }
}

/// What a list has found in one log.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The entries, the latest first.
    pub entries: Vec<Entry>,
    /// How far it has looked, where there may be more: everything later is found.
    pub looked_to: Option<(Timestamp, u64)>,
}

/// The audit log of a service.
#[derive(Debug)]
pub struct AuditLog {
    table: Table,
    commands: Table,
    service: String,
    /// The head after the last append of this process, which spares its reading.
    known: Mutex<Option<Stored<Head>>>,
}

impl AuditLog {
    /// A service's log.
    pub fn new(db: &Db, service: &str) -> Self {
        Self {
            table: Table::new(db, service, "audit"),
            commands: Table::new(db, service, "commands"),
            service: service.to_owned(),
            known: Mutex::new(None),
        }
    }

    /// The service whose log it is.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The head; `None` of a log without entries.
    pub async fn head(&self) -> Result<Option<Stored<Head>>, Problem> {
        self.table.get(&head_key()).await
    }

    /// Appends what commands tell, in order; what is in the log already stays as it is.
    ///
    /// # Errors
    /// `unavailable` when DynamoDB is, or others append all the time. Some may have been appended then; the rest
    /// is when the same is appended again.
    pub async fn append(&self, told: Vec<Told>, now: Timestamp) -> Result<(), Problem> {
        let mut seen = HashSet::new();
        let mut told: VecDeque<Told> = told
            .into_iter()
            .filter(|one| seen.insert(one.record.clone()))
            .collect();
        while !told.is_empty() {
            let rest = told.split_off(told.len().min(MOST_APPENDED));
            self.append_some(told.into(), now).await?;
            told = rest;
        }
        Ok(())
    }

    async fn append_some(&self, mut told: Vec<Told>, now: Timestamp) -> Result<(), Problem> {
        let known = self.take_known();
        let mut head = match known {
            Some(head) => Some(head),
            None => self.head().await?,
        };
        for attempt in 0..TRIES {
            if told.is_empty() {
                self.know(head);
                return Ok(());
            }
            let (actions, next) = self.actions(head.as_ref(), &told, now)?;
            let reasons = match self.table.db.transact(actions).await {
                Ok(()) => {
                    self.know(Some(next));
                    return Ok(());
                }
                Err(TransactError::Failed(error)) => return Err(error.into()),
                Err(TransactError::Cancelled(reasons)) => reasons,
            };
            let failed: Vec<bool> = reasons.iter().map(Reason::is_condition).collect();
            match (failed.first(), failed.get(1)) {
                // Whoever moved the head has told where it is now.
                (Some(true), _) => {
                    let item = reasons.into_iter().next().and_then(|reason| reason.item);
                    head = item.map(decode).transpose()?;
                }
                // No append leaves a block behind the head: someone has put the head back.
                (_, Some(true)) => {
                    return Err(Problem::internal("the audit chain goes on behind its head"));
                }
                _ => {}
            }
            told = self.without(told, &failed, attempt).await?;
            if !failed.contains(&true) {
                // Another transaction is at the head just now.
                tokio::time::sleep(Duration::from_millis(10 << attempt)).await;
            }
        }
        Err(Problem::unavailable("others append all the time"))
    }

    /// What is left to append when some of it was there already. A cancelled transaction names those; whoever
    /// does not trust it to name all of them asks.
    async fn without(
        &self,
        told: Vec<Told>,
        failed: &[bool],
        attempt: u32,
    ) -> Result<Vec<Told>, Problem> {
        if attempt == 0 || !failed.contains(&true) {
            let there = failed.iter().skip(2).copied();
            let there = there.chain(std::iter::repeat(false));
            let left = told.into_iter().zip(there);
            return Ok(left
                .filter(|(_, there)| !there)
                .map(|(one, _)| one)
                .collect());
        }
        let records = told.iter().map(|one| one.record.clone()).collect();
        let missing = self.missing(records).await?;
        let left = told.into_iter();
        Ok(left.filter(|one| missing.contains(&one.record)).collect())
    }

    fn actions(
        &self,
        head: Option<&Stored<Head>>,
        told: &[Told],
        now: Timestamp,
    ) -> Result<(Vec<TransactWriteItem>, Stored<Head>), Problem> {
        let mut place = head.map_or_else(Place::default, |head| head.place.clone());
        let block = Block {
            first: place.number + 1,
            records: told.iter().map(|one| one.record.clone()).collect(),
        };
        let mut entries = Vec::with_capacity(told.len());
        for one in told {
            let entry = Entry::after(&place, &self.service, one.clone());
            place = Place::at(&entry);
            entries.push(entry);
        }
        let next = Stored {
            value: Head { place },
            rev: head.map_or(1, |head| head.rev + 1),
            created_at: head.map_or(now, |head| head.created_at),
            updated_at: now,
        };
        let condition = head.map_or(ABSENT, |_| "rev = :rev");
        let written = encode(&next.value, next.rev, next.created_at, now)?;
        let table = &self.table;
        let mut actions = vec![
            put(table, written, condition, head.map(|head| head.rev))?,
            put(table, encode(&block, 1, now, now)?, ABSENT, None)?,
        ];
        for entry in &entries {
            actions.push(put(table, encode(entry, 1, now, now)?, ABSENT, None)?);
        }
        Ok((actions, next))
    }

    fn take_known(&self) -> Option<Stored<Head>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.take()
    }

    fn know(&self, head: Option<Stored<Head>>) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = head;
    }

    /// Those of these commands, by the digests of their keys, that have no entry.
    pub async fn missing(&self, records: Vec<String>) -> Result<HashSet<String>, Problem> {
        let mut missing: HashSet<String> = records.iter().cloned().collect();
        for some in records.chunks(MOST_READ) {
            let keys = some
                .iter()
                .map(|record| (self.table.name.clone(), entry_key(record)))
                .collect();
            for (_, item) in self.table.db.get_many(keys, Some(&["pk"])).await? {
                if let Some(pk) = item.get("pk").and_then(|pk| pk.as_s().ok()) {
                    missing.remove(pk.strip_prefix("record#").unwrap_or_default());
                }
            }
        }
        Ok(missing)
    }

    /// The commands of the last minutes that were to be logged and are not, by the digests of their keys: of
    /// those that are at least a minute old, and at most `most` are looked at.
    pub async fn left_out(&self, now: Timestamp, most: usize) -> Result<Vec<String>, Problem> {
        let mut records = Vec::new();
        for span in Waiting::spans(now) {
            let mut after = None;
            loop {
                let query = Query::index("by-time", span.clone()).limit(most.min(1_000));
                let (items, next) = self
                    .commands
                    .db
                    .query(&self.commands.name, query.raw(after))
                    .await?;
                records.extend(items.iter().filter_map(|item| record::waiting(item, now)));
                after = next;
                if after.is_none() || records.len() >= most {
                    break;
                }
            }
        }
        records.truncate(most);
        let missing = self.missing(records).await?;
        let mut missing: Vec<String> = missing.into_iter().collect();
        missing.sort();
        Ok(missing)
    }

    /// The latest entries that pass a filter and are earlier than `below`: a time, and the number that the first
    /// entry of that time must be under. At most `limit`; an item that is no entry as this log writes them is
    /// passed over.
    pub async fn latest(
        &self,
        filter: &Filter,
        below: Option<(Timestamp, u64)>,
        limit: usize,
    ) -> Result<Found, Problem> {
        // `$` sorts behind `#`, `~` behind every number.
        let mut last = filter.to.map_or("~".to_owned(), |to| format!("{to}$"));
        if let Some((at, number)) = below {
            let below = match number.checked_sub(1) {
                Some(number) => sort_key(at, number),
                None => format!("{at}#"),
            };
            last = last.min(below);
        }
        let mut found = Found {
            entries: Vec::new(),
            looked_to: None,
        };
        if filter.from.is_some_and(|from| from.to_string() > last) {
            return Ok(found);
        }
        let (mut after, mut examined) = (None, 0);
        loop {
            let at_once = match after {
                None => limit.max(20),
                Some(_) => STRETCH,
            };
            let query = filter.query(&last).descending().limit(at_once);
            let raw = query.raw(after);
            let (items, next) = self.table.db.query(&self.table.name, raw).await?;
            let all = items.len();
            for (place, item) in items.into_iter().enumerate() {
                examined += 1;
                let Ok(entry) = whole::<Entry>(item) else {
                    continue;
                };
                let entry = entry.value;
                let position = (entry.at, entry.number);
                if filter.lets_pass(&entry) {
                    found.entries.push(entry);
                }
                let is_last = place + 1 == all && next.is_none();
                let is_enough = found.entries.len() == limit || examined >= MOST_EXAMINED;
                if is_enough {
                    found.looked_to = (!is_last).then_some(position);
                    return Ok(found);
                }
            }
            after = next;
            if after.is_none() {
                return Ok(found);
            }
        }
    }

    /// Begins to prove the chain from a place that is proven, up to the entry with the number `end`.
    pub fn prove(&self, from: Place, end: u64) -> Proof<'_> {
        Proof {
            log: self,
            place: from,
            end,
            blocks: VecDeque::new(),
        }
    }

    /// Whether a block says that there are entries behind this number.
    pub async fn goes_on_behind(&self, number: u64) -> Result<bool, Problem> {
        Ok(!self.blocks(number + 1, 1).await?.is_empty())
    }

    async fn blocks(&self, from: u64, limit: usize) -> Result<Vec<Attributes>, Problem> {
        let query = Query::table("chain").from(padded(from)).limit(limit);
        let (items, _) = self
            .table
            .db
            .query(&self.table.name, query.raw(None))
            .await?;
        Ok(items)
    }

    /// An entry that a list would show from `from` to `to`, both sort keys, and that the chain does not know:
    /// its number. `known` are entries that are proven, by number.
    pub async fn stranger(
        &self,
        (from, to): (&str, &str),
        known: &HashMap<u64, Entry>,
    ) -> Result<Option<u64>, Problem> {
        let mut after = None;
        loop {
            let query = Query::index("by-time", TIME_KEY).between(from, to);
            let raw = query.limit(1_000).raw(after);
            let (items, next) = self.table.db.query(&self.table.name, raw).await?;
            for item in items {
                let number = item.get("number").and_then(|number| number.as_n().ok());
                let number = number.and_then(|number| number.parse().ok()).unwrap_or(0);
                let Ok(entry) = whole::<Entry>(item) else {
                    // The index may be behind the table for a moment, but no entry is ever changed.
                    return Ok(Some(number));
                };
                let is_known = known.get(&number) == Some(&entry.value);
                if !is_known && !self.is_in_its_block(&entry).await? {
                    return Ok(Some(number));
                }
            }
            after = next;
            if after.is_none() {
                return Ok(None);
            }
        }
    }

    async fn is_in_its_block(&self, entry: &Entry) -> Result<bool, Problem> {
        let query = Query::table("chain").up_to(padded(entry.number));
        let query = query.descending().limit(1);
        let found = self.table.query::<Block>(query).await?;
        Ok(found.first().is_some_and(|block| {
            let place = entry.number.checked_sub(block.first);
            let place = place.and_then(|place| usize::try_from(place).ok());
            let record = place.and_then(|place| block.records.get(place));
            record == Some(&entry.record)
        }))
    }
}

/// An item as its type writes it, and nothing else: every attribute is what its fields come to.
fn whole<T: Item>(item: Attributes) -> Result<Stored<T>, Flaw> {
    let stored = decode::<T>(item.clone()).map_err(|_| Flaw::AlteredItem)?;
    let written = encode(
        &stored.value,
        stored.rev,
        stored.created_at,
        stored.updated_at,
    );
    // It is written once and never again.
    let is_first = stored.rev == 1 && stored.created_at == stored.updated_at;
    match written {
        Ok(written) if is_first && written == item => Ok(stored),
        _ => Err(Flaw::AlteredItem),
    }
}

/// A proof of a chain in the making.
#[derive(Debug)]
pub struct Proof<'a> {
    log: &'a AuditLog,
    /// How far it is proven.
    pub place: Place,
    end: u64,
    blocks: VecDeque<Attributes>,
}

/// What a step of a proof has come to.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// These entries follow each other.
    Proven(Vec<Entry>),
    /// The entry with this number does not.
    Broken(u64, Flaw),
}

impl Proof<'_> {
    /// Whether everything is proven.
    pub fn is_done(&self) -> bool {
        self.place.number >= self.end
    }

    /// Proves the next entries, at most a hundred.
    pub async fn step(&mut self) -> Result<Step, Problem> {
        if self.blocks.is_empty() {
            let next = self.log.blocks(self.place.number + 1, MOST_READ).await?;
            self.blocks = next.into();
        }
        let mut records: Vec<String> = Vec::new();
        while let Some(item) = self.blocks.front() {
            let next = self.place.number + 1 + records.len() as u64;
            let block = match whole::<Block>(item.clone()) {
                Ok(block) => block.value,
                Err(flaw) => return Ok(Step::Broken(next, flaw)),
            };
            if block.first > self.end && next > self.end {
                break;
            }
            if block.first != next || block.records.is_empty() {
                return Ok(Step::Broken(next, Flaw::MissingBlock));
            }
            if block.last() > self.end {
                return Ok(Step::Broken(self.end, Flaw::WrongHead));
            }
            if records.len() + block.records.len() > MOST_READ {
                break;
            }
            records.extend(block.records);
            self.blocks.pop_front();
        }
        if records.is_empty() {
            return Ok(Step::Broken(self.place.number + 1, Flaw::MissingBlock));
        }
        self.follow(records).await
    }

    async fn follow(&mut self, records: Vec<String>) -> Result<Step, Problem> {
        let distinct: HashSet<&String> = records.iter().collect();
        let table = &self.log.table;
        let keys = distinct
            .into_iter()
            .map(|record| (table.name.clone(), entry_key(record)))
            .collect();
        let mut found: HashMap<String, Attributes> = HashMap::new();
        for (_, item) in table.db.get_many(keys, None).await? {
            if let Some(pk) = item.get("pk").and_then(|pk| pk.as_s().ok()) {
                found.insert(pk.clone(), item);
            }
        }
        let mut proven = Vec::with_capacity(records.len());
        for record in records {
            let number = self.place.number + 1;
            let Some(item) = found.remove(&entry_key(&record).pk) else {
                return Ok(Step::Broken(number, Flaw::MissingEntry));
            };
            let step = whole::<Entry>(item).and_then(|entry| {
                self.place.step(&self.log.service, &entry)?;
                Ok(entry.value)
            });
            match step {
                Ok(entry) => proven.push(entry),
                Err(flaw) => return Ok(Step::Broken(number, flaw)),
            }
        }
        Ok(Step::Proven(proven))
    }
}
