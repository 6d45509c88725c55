//! The atomic command: the only way that Souk writes.
//!
//! One `TransactWriteItems` holds the state items, each guarded by a condition, and one command record, which
//! is written only if there is none: a repeated request or event changes nothing and gets the first one's
//! reply. Events leave through the record (a stream relays it to the bus), so nothing is ever published that
//! was not written, nor written and not published.

use std::fmt::Write as _;

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update, builders::DeleteBuilder,
};
use contracts::{Actor, Aggregate, Envelope, Event, Metadata};
use kernel::{Code, Ids, Problem, Reply, Timestamp};
use sha2::{Digest, Sha256};

use crate::{
    db::{Attributes, Db, Pending, Reason, TransactError},
    item::{Item, Key, Stored, decode, encode},
    record::{AuditEntry, CommandRecord, OutboxEvent, REPLAYED_FOR, StoredReply},
    table::Table,
};

/// An event is at most this many bytes, a quarter of what EventBridge takes (256 KB a call).
const LARGEST_EVENT: usize = 64 * 1024;

/// What is to be done once: which request or event it is, who wants it, and when.
#[derive(Debug, Clone)]
pub struct Intent {
    /// Within which the key is unique: principal and route, or the consumer's name.
    pub scope: String,
    /// The Idempotency-Key, or the event's id.
    pub key: String,
    /// SHA-256 of the request; none for an event.
    pub request_hash: Option<String>,
    /// Who wants it.
    pub actor: Actor,
    /// The same for everything that one request set off.
    pub correlation_id: String,
    /// The request or event that causes what is done.
    pub causation_id: String,
    /// The trace it belongs to.
    pub traceparent: Option<String>,
    /// Now.
    pub now: Timestamp,
    /// Where ids come from.
    pub ids: Ids,
}

/// How a command ended that was not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It was done now.
    Now,
    /// It had been done before: nothing was changed.
    Before,
}

/// Why a command changed nothing.
#[derive(Debug)]
pub enum Refused {
    /// Conditions failed: the place of each in the order of the command's actions, and the item as it was.
    Conditions(Vec<(usize, Option<Attributes>)>),
    /// Anything else.
    Problem(Problem),
}

/// The command records of a service.
#[derive(Clone, Debug)]
pub struct Commands {
    table: Table,
}

impl Commands {
    /// A service's command records.
    pub fn new(db: &Db, service: &str) -> Self {
        Self {
            table: Table::new(db, service, "commands"),
        }
    }

    /// Begins a command.
    pub fn begin(&self, intent: &Intent) -> Command {
        Command {
            records: self.table.clone(),
            intent: intent.clone(),
            actions: Vec::new(),
            events: Vec::new(),
            audited: None,
            before: Sha256::new(),
            after: Sha256::new(),
            replaced: false,
            wrote: false,
            fault: None,
        }
    }

    /// The reply to an earlier request with the same key, if there was one.
    ///
    /// The edge asks before it answers an error: what the request is about may be gone because the very same
    /// request was done before.
    pub async fn replay<T>(&self, intent: &Intent) -> Result<Option<Reply<T>>, Problem> {
        let key = CommandRecord::key_of(&intent.scope, &intent.key);
        let Some(record) = self.table.get::<CommandRecord>(&key).await? else {
            return Ok(None);
        };
        earlier(record, intent).map(|reply| reply.map(StoredReply::replay))
    }

    /// Whether it has been done before: for what must be known before an effect outside of DynamoDB.
    pub async fn is_done(&self, intent: &Intent) -> Result<bool, Problem> {
        let key = CommandRecord::key_of(&intent.scope, &intent.key);
        Ok(self.table.get::<CommandRecord>(&key).await?.is_some())
    }
}

/// What an earlier command with the same key replied.
fn earlier(record: Stored<CommandRecord>, intent: &Intent) -> Result<Option<StoredReply>, Problem> {
    let record = record.value;
    if record.request_hash != intent.request_hash {
        return Err(Code::IdempotencyKeyReused.into());
    }
    let is_request = record.request_hash.is_some();
    if is_request && intent.now.since(record.at) > REPLAYED_FOR {
        return Err(Problem::new(Code::IdempotencyKeyReused)
            .detail("The key was used more than 24 hours ago."));
    }
    Ok(record.reply)
}

struct Action {
    write: TransactWriteItem,
    refused: Problem,
}

/// A command in the making. Nothing happens before it is committed, settled or attempted.
#[must_use = "nothing is written before it is committed"]
pub struct Command {
    records: Table,
    intent: Intent,
    actions: Vec<Action>,
    events: Vec<OutboxEvent>,
    audited: Option<(String, String)>,
    before: Sha256,
    after: Sha256,
    replaced: bool,
    wrote: bool,
    /// The first thing that went wrong while it was made.
    fault: Option<Problem>,
}

pub(crate) const ABSENT: &str = "attribute_not_exists(pk)";

impl Command {
    /// What it carries out.
    pub fn intent(&self) -> &Intent {
        &self.intent
    }

    /// Writes a new item; refused as contention if there is one with its key (see [`Command::or`]).
    pub fn insert<T: Item>(&mut self, table: &Table, item: &T) -> &mut Self {
        let now = self.intent.now;
        match encode(item, 1, now, now) {
            Ok(attributes) => {
                self.digest_after(&attributes);
                self.put(table, attributes, ABSENT, None)
            }
            Err(fault) => self.fail(fault),
        }
    }

    /// Writes the next revision of an item; refused as contention if it is not the one that was read.
    pub fn update<T: Item>(&mut self, table: &Table, read: &Stored<T>, next: &T) -> &mut Self {
        let before = encode(&read.value, read.rev, read.created_at, read.updated_at);
        let after = encode(next, read.rev + 1, read.created_at, self.intent.now);
        match before.and_then(|before| Ok((before, after?))) {
            Ok((before, after)) => {
                self.digest_before(&before);
                self.digest_after(&after);
                self.put(table, after, "rev = :rev", Some(read.rev))
            }
            Err(fault) => self.fail(fault),
        }
    }

    /// Writes an item over whatever is there, or anew: for projections, whose source is elsewhere.
    pub fn save<T: Item>(
        &mut self,
        table: &Table,
        read: Option<&Stored<T>>,
        next: &T,
    ) -> &mut Self {
        match read {
            Some(read) => self.update(table, read, next),
            None => self.insert(table, next),
        }
    }

    /// Removes an item; refused as contention if it is not the revision that was read.
    pub fn delete<T: Item>(&mut self, table: &Table, read: &Stored<T>) -> &mut Self {
        let unchanged = |delete: DeleteBuilder| {
            delete
                .condition_expression("rev = :rev")
                .expression_attribute_values(":rev", AttributeValue::N(read.rev.to_string()))
                .return_values_on_condition_check_failure(
                    ReturnValuesOnConditionCheckFailure::AllOld,
                )
        };
        self.take_away(table, read, unchanged)
    }

    /// Removes an item whatever has become of it since it was read, if it is there at all: for counts, of which
    /// none is left afterwards however many others were counting.
    pub fn discard<T: Item>(&mut self, table: &Table, read: &Stored<T>) -> &mut Self {
        self.take_away(table, read, |delete| delete)
    }

    fn take_away<T: Item>(
        &mut self,
        table: &Table,
        read: &Stored<T>,
        guard: impl FnOnce(DeleteBuilder) -> DeleteBuilder,
    ) -> &mut Self {
        match encode(&read.value, read.rev, read.created_at, read.updated_at) {
            Ok(before) => self.digest_before(&before),
            Err(fault) => return self.fail(fault),
        }
        let delete = Delete::builder()
            .table_name(&table.name)
            .set_key(Some(read.value.key().attributes()));
        match guard(delete).build() {
            Ok(delete) => self.act(TransactWriteItem::builder().delete(delete).build()),
            Err(error) => self.fail(Problem::internal(error)),
        }
    }

    /// Changes an item by an expression under a condition, without having read it.
    pub fn change(&mut self, table: &Table, key: &Key, change: Change) -> &mut Self {
        self.wrote = true;
        self.after
            .update(format!("{} {} {change:?}", table.name, key.pk));
        let set = format!(
            "SET {}, updated_at = :updated_at, rev = rev + :steps{}",
            change.set,
            change
                .remove
                .map(|names| format!(" REMOVE {names}"))
                .unwrap_or_default()
        );
        let update = Update::builder()
            .table_name(&table.name)
            .set_key(Some(key.attributes()))
            .update_expression(set)
            .condition_expression(change.when)
            .set_expression_attribute_names(Some(change.names).filter(|names| !names.is_empty()))
            .set_expression_attribute_values(Some(change.values))
            .expression_attribute_values(
                ":updated_at",
                AttributeValue::S(self.intent.now.to_string()),
            )
            .expression_attribute_values(":steps", AttributeValue::N(change.steps.to_string()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build();
        match update {
            Ok(update) => self.act(TransactWriteItem::builder().update(update).build()),
            Err(error) => self.fail(Problem::internal(error)),
        }
    }

    /// Refuses the command if the item is not the revision that was read, without changing it.
    pub fn require<T: Item>(&mut self, table: &Table, read: &Stored<T>) -> &mut Self {
        let check = ConditionCheck::builder()
            .table_name(&table.name)
            .set_key(Some(read.value.key().attributes()))
            .condition_expression("rev = :rev")
            .expression_attribute_values(":rev", AttributeValue::N(read.rev.to_string()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build();
        match check {
            Ok(check) => self.act(TransactWriteItem::builder().condition_check(check).build()),
            Err(error) => self.fail(Problem::internal(error)),
        }
    }

    /// Refuses the command if there is an item with this key of which `flag` is true; it need not have been read.
    pub fn forbid(&mut self, table: &Table, key: &Key, flag: &str) -> &mut Self {
        let check = ConditionCheck::builder()
            .table_name(&table.name)
            .set_key(Some(key.attributes()))
            .condition_expression(format!("{ABSENT} OR #flag <> :true"))
            .expression_attribute_names("#flag", flag)
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build();
        match check {
            Ok(check) => self.act(TransactWriteItem::builder().condition_check(check).build()),
            Err(error) => self.fail(Problem::internal(error)),
        }
    }

    /// What the last action is refused as, if its condition fails; contention unless told.
    pub fn or(&mut self, problem: impl Into<Problem>) -> &mut Self {
        if let Some(action) = self.actions.last_mut() {
            action.refused = problem.into();
        }
        self
    }

    /// Announces what happened, with the revision that this command gives the aggregate.
    pub fn publish<T: Event>(&mut self, revision: u64, data: &T) -> &mut Self {
        let envelope = Envelope {
            metadata: self.metadata(
                T::TYPE,
                T::AGGREGATE,
                data.aggregate_id(),
                revision,
                data.seller(),
            ),
            data,
        };
        match serde_json::to_string(&envelope) {
            Ok(detail) if detail.len() > LARGEST_EVENT => {
                self.fail(Problem::internal(format!("{} is over 64 kB", T::TYPE)))
            }
            Ok(detail) => {
                self.events.push(OutboxEvent {
                    r#type: T::TYPE.to_owned(),
                    detail,
                });
                self
            }
            Err(error) => self.fail(Problem::internal(error)),
        }
    }

    fn metadata(
        &self,
        r#type: &str,
        kind: &str,
        id: String,
        revision: u64,
        seller_id: Option<kernel::SellerId>,
    ) -> Metadata {
        let intent = &self.intent;
        Metadata {
            id: intent.ids.fresh(intent.now),
            r#type: r#type.to_owned(),
            schema: format!("events/{type}.schema.json"),
            time: intent.now,
            aggregate: Aggregate {
                kind: kind.to_owned(),
                id,
                revision,
            },
            correlation_id: intent.correlation_id.clone(),
            causation_id: intent.causation_id.clone(),
            traceparent: intent.traceparent.clone(),
            actor: intent.actor.clone(),
            seller_id,
        }
    }

    /// Says in the audit log what this command is: `order.place`, and what it is done to.
    pub fn audit(&mut self, action: &str, subject: impl ToString) -> &mut Self {
        self.audited = Some((action.to_owned(), subject.to_string()));
        self
    }

    /// Carries it out and answers the request: with `reply`, or with the reply of the first request that had
    /// the same key.
    pub async fn commit<T>(self, reply: Reply<T>) -> Result<Reply<T>, Problem> {
        let stored = StoredReply::of(&reply)?;
        let outcome = self.run(Some(stored)).await;
        match outcome.map_err(Failure::into_problem)? {
            Done::Now => Ok(reply),
            Done::Before(Some(earlier)) => Ok(earlier.replay()),
            Done::Before(None) => Err(Problem::internal("a request's record has no reply")),
        }
    }

    /// Carries it out; a second time changes nothing.
    pub async fn settle(self) -> Result<Settled, Problem> {
        self.run(None)
            .await
            .map(Done::settled)
            .map_err(Failure::into_problem)
    }

    /// Carries it out, and tells which conditions failed and on what, where that decides what to do next.
    pub async fn attempt(self) -> Result<Settled, Refused> {
        self.run(None)
            .await
            .map(Done::settled)
            .map_err(|failure| match failure {
                Failure::Conditions { failed, .. } => Refused::Conditions(failed),
                Failure::Problem(problem) => Refused::Problem(problem),
            })
    }

    fn run(mut self, reply: Option<StoredReply>) -> Pending<'static, Result<Done, Failure>> {
        Box::pin(async move {
            if let Some(fault) = self.fault.take() {
                return Err(Failure::Problem(fault));
            }
            let record = self.record(reply);
            let now = self.intent.now;
            let record = encode(&record, 1, now, now).map_err(Failure::Problem)?;
            let first = put(&self.records, record, ABSENT, None).map_err(Failure::Problem)?;

            let (writes, problems): (Vec<_>, Vec<_>) = self
                .actions
                .into_iter()
                .map(|action| (action.write, action.refused))
                .unzip();
            let writes = std::iter::once(first).chain(writes).collect();
            match self.records.db.transact(writes).await {
                Ok(()) => Ok(Done::Now),
                Err(TransactError::Failed(error)) => Err(Failure::Problem(error.into())),
                Err(TransactError::Cancelled(reasons)) => judge(reasons, &self.intent, problems),
            }
        })
    }

    fn record(&mut self, reply: Option<StoredReply>) -> CommandRecord {
        let digest = |hash: &Sha256, any: bool| any.then(|| hex(&hash.clone().finalize()));
        let (before, after) = (
            digest(&self.before, self.replaced),
            digest(&self.after, self.wrote),
        );
        let intent = &self.intent;
        let audit = self.audited.take().map(|(action, subject)| AuditEntry {
            actor: intent.actor.clone(),
            action,
            subject,
            before,
            after,
            correlation_id: intent.correlation_id.clone(),
        });
        CommandRecord {
            scope: intent.scope.clone(),
            key: intent.key.clone(),
            request_hash: intent.request_hash.clone(),
            reply,
            events: std::mem::take(&mut self.events),
            audit,
            at: intent.now,
        }
    }

    fn put(
        &mut self,
        table: &Table,
        attributes: Attributes,
        condition: &str,
        rev: Option<u64>,
    ) -> &mut Self {
        match put(table, attributes, condition, rev) {
            Ok(write) => self.act(write),
            Err(fault) => self.fail(fault),
        }
    }

    fn act(&mut self, write: TransactWriteItem) -> &mut Self {
        self.actions.push(Action {
            write,
            refused: Problem::contention(),
        });
        self
    }

    fn fail(&mut self, fault: Problem) -> &mut Self {
        self.fault.get_or_insert(fault);
        self
    }

    fn digest_before(&mut self, attributes: &Attributes) {
        self.replaced = true;
        self.before.update(canonical(attributes));
    }

    fn digest_after(&mut self, attributes: &Attributes) {
        self.wrote = true;
        self.after.update(canonical(attributes));
    }
}

pub(crate) fn put(
    table: &Table,
    attributes: Attributes,
    condition: &str,
    rev: Option<u64>,
) -> Result<TransactWriteItem, Problem> {
    let put = Put::builder()
        .table_name(&table.name)
        .set_item(Some(attributes))
        .condition_expression(condition)
        .set_expression_attribute_values(
            rev.map(|rev| [(":rev".to_owned(), AttributeValue::N(rev.to_string()))].into()),
        )
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .map_err(Problem::internal)?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// An item's text in one order of its attributes, for its digest.
fn canonical(attributes: &Attributes) -> String {
    let mut names: Vec<_> = attributes.iter().collect();
    names.sort_unstable_by_key(|(name, _)| *name);
    let mut text = String::new();
    for (name, value) in names {
        write_value(&mut text, name, value);
    }
    text
}

fn write_value(text: &mut String, name: &str, value: &AttributeValue) {
    // Maps have no order of their own; everything else prints the same every time.
    if let AttributeValue::M(map) = value {
        let _ = write!(text, "{name}:{{{}}}", canonical(map));
    } else if let AttributeValue::L(list) = value {
        let _ = write!(text, "{name}:[");
        for entry in list {
            write_value(text, "", entry);
        }
        text.push(']');
    } else {
        let _ = write!(text, "{name}:{value:?};");
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

enum Done {
    Now,
    Before(Option<StoredReply>),
}

impl Done {
    fn settled(self) -> Settled {
        match self {
            Self::Now => Settled::Now,
            Self::Before(_) => Settled::Before,
        }
    }
}

enum Failure {
    Conditions {
        failed: Vec<(usize, Option<Attributes>)>,
        problem: Problem,
    },
    Problem(Problem),
}

impl Failure {
    fn into_problem(self) -> Problem {
        match self {
            Self::Conditions { problem, .. } | Self::Problem(problem) => problem,
        }
    }
}

/// Reads the reasons of a cancelled transaction: the first is the command record's, the rest the actions'.
fn judge(reasons: Vec<Reason>, intent: &Intent, problems: Vec<Problem>) -> Result<Done, Failure> {
    let failed = Reason::is_condition;
    let mut reasons = reasons.into_iter();
    if let Some(record) = reasons.next()
        && failed(&record)
    {
        let record = record.item.ok_or_else(|| {
            Failure::Problem(Problem::internal(
                "a failed condition came without its item",
            ))
        })?;
        let record = decode::<CommandRecord>(record).map_err(Failure::Problem)?;
        return earlier(record, intent)
            .map(Done::Before)
            .map_err(Failure::Problem);
    }
    let reasons: Vec<Reason> = reasons.collect();
    if !reasons.iter().any(failed) {
        let code = reasons
            .iter()
            .map(|reason| reason.code.as_str())
            .find(|code| *code != "None");
        return Err(Failure::Problem(match code {
            Some("ValidationError") => Problem::internal("DynamoDB calls an action invalid"),
            Some("ThrottlingError" | "ProvisionedThroughputExceeded") => {
                Problem::unavailable("DynamoDB is too busy for the transaction")
            }
            // Others are at the same items: whoever reads again may succeed.
            _ => Problem::contention(),
        }));
    }
    let problem = reasons
        .iter()
        .zip(problems)
        .find(|(reason, _)| failed(reason));
    let problem = problem.map_or_else(Problem::contention, |(_, problem)| problem);
    let failed = reasons
        .into_iter()
        .enumerate()
        .filter(|(_, reason)| failed(reason));
    let failed = failed.map(|(place, reason)| (place, reason.item)).collect();
    Err(Failure::Conditions { failed, problem })
}

/// A change of an item by arithmetic at the store, so that those who change the same item don't wait for each
/// other. It goes into a transaction, so that a lost answer never applies it twice.
#[derive(Debug, Clone)]
pub struct Change {
    set: String,
    remove: Option<String>,
    when: String,
    names: std::collections::HashMap<String, String>,
    values: Attributes,
    steps: u64,
}

impl Change {
    /// The assignments, as DynamoDB's update expressions have them: `reserved = reserved + :n`.
    /// `rev` and `updated_at` are kept without being told.
    pub fn set(assignments: &str) -> Self {
        Self {
            set: assignments.to_owned(),
            remove: None,
            when: "attribute_exists(pk)".to_owned(),
            names: std::collections::HashMap::new(),
            values: Attributes::new(),
            steps: 1,
        }
    }

    /// Counts as so many changes in the item's revision: where one write does what is two things to whoever
    /// counts them.
    pub fn steps(mut self, steps: u64) -> Self {
        self.steps = steps;
        self
    }

    /// Attributes to remove, separated by commas.
    pub fn remove(mut self, names: &str) -> Self {
        self.remove = Some(names.to_owned());
        self
    }

    /// The condition on the item as it is, beside that it is there at all.
    pub fn when(mut self, condition: &str) -> Self {
        self.when = format!("attribute_exists(pk) AND ({condition})");
        self
    }

    /// A number named in the assignments or the condition: `:n`.
    pub fn number(mut self, name: &str, number: impl Into<i128>) -> Self {
        self.values.insert(
            name.to_owned(),
            AttributeValue::N(number.into().to_string()),
        );
        self
    }

    /// A text named in the assignments or the condition: `:status`.
    pub fn text(mut self, name: &str, text: impl ToString) -> Self {
        self.values
            .insert(name.to_owned(), AttributeValue::S(text.to_string()));
        self
    }

    /// What `#status` stands for, where an attribute's name is a reserved word.
    pub fn name(mut self, alias: &str, attribute: &str) -> Self {
        self.names.insert(alias.to_owned(), attribute.to_owned());
        self
    }
}
