//! The backends of a function in one process, behind the SDK's connector.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard},
    time::Duration,
};

use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings,
            SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::Headers,
};
use aws_smithy_types::body::SdkBody;
use base64::{Engine, engine::general_purpose::STANDARD};
use dynamo::Pending;
use dynoxide::Database;
use kernel::{Clock, Ids};
use serde_json::{Value, json};

use crate::{
    dynamodb, effort,
    fault::Fault,
    iam::{self, Iam, Need, arn},
    manifest,
    traffic::Traffic,
};

/// One attempt at a call to AWS.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Who made it.
    pub function: String,
    /// What it was: `TransactWriteItems`, `PutEvents`, `SendMessage`, `GetObject`.
    pub operation: String,
    /// The table of a call that has one.
    pub table: Option<String>,
    /// The read units that it used.
    pub read_units: f64,
    /// The write units that it used on tables.
    pub write_units: f64,
    /// The write units that it used on their indexes.
    pub index_units: f64,
}

/// A record of the stream of a service's command table.
#[derive(Debug, Clone)]
pub struct StreamRecord {
    /// Whose it is.
    pub service: String,
    /// The command record in DynamoDB's JSON.
    pub image: Value,
}

/// An event on the bus.
#[derive(Debug, Clone, PartialEq)]
pub struct BusEvent {
    /// The service it comes from.
    pub source: String,
    /// Its type.
    pub detail_type: String,
    /// The envelope.
    pub detail: Value,
}

/// A message of a queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its text.
    pub body: String,
    /// Its text attributes.
    pub attributes: BTreeMap<String, String>,
}

/// A mail that was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// The address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// Its HTML.
    pub html: String,
}

#[derive(Clone)]
struct Object {
    content_type: String,
    bytes: Vec<u8>,
}

impl Object {
    /// What changes with the content.
    fn etag(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.bytes.hash(&mut hasher);
        format!("\"{:016x}\"", hasher.finish())
    }
}

#[derive(Clone, Default)]
struct State {
    calls: Vec<Call>,
    /// By the number of the call, counted from when they were set.
    faults: HashMap<usize, Fault>,
    counted: usize,
    killed: bool,
    /// A generator that decides which of the waiting calls goes first.
    order: u64,
    tokens: HashSet<String>,
    stream: Vec<StreamRecord>,
    bus: Vec<BusEvent>,
    queues: BTreeMap<String, Vec<Message>>,
    objects: HashMap<String, Object>,
    uploads: Vec<String>,
    mails: Vec<Sent>,
    secrets: HashMap<String, String>,
    /// What KMS has wrapped: for what, and the bare key; all in base64 but the context.
    wrapped: HashMap<String, (Value, String)>,
    latency: Option<(Clock, Duration)>,
    /// What transactions meet, where they take their time.
    traffic: Option<Traffic>,
    /// What no manifest knows: tables and their indexes.
    tables: Vec<(String, Vec<String>)>,
    refused_events: usize,
    /// Whose message is to come again after how many seconds.
    waits: Vec<(String, u64)>,
    /// The tables that something was written to.
    written: BTreeSet<String>,
    iam: Iam,
    /// Every value that was written into a field that identifies a person: the table, the field, the value.
    personal: BTreeSet<(String, String, String)>,
}

/// Longer than a call is waited for.
const TOO_LATE: Duration = Duration::from_secs(5);

/// What else happens before the call with a number.
type Meanwhile = Option<(usize, Pending<'static, ()>)>;

/// The backends. A clone is the same ones.
#[derive(Clone)]
pub struct Cloud {
    database: Arc<RwLock<Database>>,
    state: Arc<Mutex<State>>,
    meanwhile: Arc<Mutex<Meanwhile>>,
}

/// Backends as they were at some time.
pub struct Frozen {
    database: dynamodb::Saved,
    state: State,
}

impl fmt::Debug for Frozen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Frozen")
    }
}

impl Frozen {
    /// Backends of their own that go on from there.
    ///
    /// # Panics
    /// When what was kept cannot be read.
    pub fn thaw(&self) -> Cloud {
        Cloud {
            database: Arc::new(RwLock::new(self.database.load())),
            state: Arc::new(Mutex::new(self.state.clone())),
            meanwhile: Arc::default(),
        }
    }
}

impl fmt::Debug for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cloud")
    }
}

impl Cloud {
    /// With all tables that the manifests declare, empty. The seed decides the order of calls that are made
    /// at once.
    ///
    /// # Panics
    /// When the engine does not start.
    pub fn new(seed: u64) -> Self {
        let database = match Database::memory() {
            Ok(database) => database,
            Err(error) => panic!("no database: {error}"),
        };
        for (table, indexes) in manifest::tables() {
            dynamodb::create_table(&database, &table, &indexes);
        }
        let state = State {
            order: seed,
            iam: Iam::new(manifest::policies()),
            ..State::default()
        };
        Self {
            database: Arc::new(RwLock::new(database)),
            state: Arc::new(Mutex::new(state)),
            meanwhile: Arc::default(),
        }
    }

    /// Makes a table that no manifest knows, at stage `local`.
    pub(crate) fn create_table(&self, name: &str, indexes: &[&str]) {
        let name = format!("local-{name}");
        let indexes: Vec<String> = indexes.iter().map(|index| (*index).to_owned()).collect();
        dynamodb::create_table(&self.database(), &name, &indexes);
        self.state().tables.push((name, indexes));
    }

    /// All tables: their names and indexes.
    fn tables(&self) -> Vec<(String, Vec<String>)> {
        manifest::tables()
            .chain(self.state().tables.clone())
            .collect()
    }

    /// The same backends, apart from now on: what is done to the one does not show in the other.
    ///
    /// # Panics
    /// When the copy fails, as it does on a full disk.
    pub fn fork(&self) -> Self {
        self.freeze().thaw()
    }

    /// What there is now, to be gone on from again and again.
    ///
    /// # Panics
    /// When it cannot be kept, as on a full disk.
    pub fn freeze(&self) -> Frozen {
        Frozen {
            database: dynamodb::Saved::of(&self.database()),
            state: State {
                faults: HashMap::new(),
                latency: None,
                traffic: None,
                ..self.state().clone()
            },
        }
    }

    /// Lets another seed decide the order of calls that are made at once from now on.
    pub fn reorder(&self, seed: u64) {
        self.state().order = seed;
    }

    /// Forgets every item, for whoever has started functions on it and is done: a function lives as long as its
    /// process, and what it holds with it.
    pub fn forget(&self) {
        if let Ok(empty) = Database::memory() {
            *self
                .database
                .write()
                .unwrap_or_else(PoisonError::into_inner) = empty;
        }
    }

    fn database(&self) -> RwLockReadGuard<'_, Database> {
        self.database.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the call with this number fail, counted from zero from now on: a retry of the SDK is a call.
    pub fn fault(&self, number: usize, fault: Fault) {
        self.faults([(number, fault)]);
    }

    /// Lets several calls fail, counted from zero from now on.
    pub fn faults(&self, faults: impl IntoIterator<Item = (usize, Fault)>) {
        let mut state = self.state();
        state.counted = 0;
        state.faults = faults.into_iter().collect();
    }

    /// How many calls there were since faults were last set.
    pub fn counted(&self) -> usize {
        self.state().counted
    }

    /// Lets every call fail from the one with this number on, counted from zero from now on.
    pub fn outage(&self, number: usize, fault: Fault) {
        let mut state = self.state();
        state.counted = 0;
        state.faults = (number..1_000).map(|number| (number, fault)).collect();
    }

    /// Lets something else happen, to its end, just before the call with this number, counted from zero from
    /// now on.
    pub fn meanwhile(&self, number: usize, other: Pending<'static, ()>) {
        self.state().counted = 0;
        *self.other() = Some((number, other));
    }

    fn other(&self) -> MutexGuard<'_, Meanwhile> {
        self.meanwhile
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Every field that identifies a person: the table, and the field.
    pub fn personal_fields() -> BTreeSet<(String, String)> {
        let fields = |(table, fields): (&String, &Vec<String>)| {
            let named = fields.iter().map(|field| (table.clone(), field.clone()));
            named.collect::<Vec<_>>()
        };
        manifest::PERSONAL.iter().flat_map(fields).collect()
    }

    /// Every value that was ever written into one: the table, the field, the value.
    pub fn personal(&self) -> BTreeSet<(String, String, String)> {
        self.state().personal.clone()
    }

    /// Every statement of a function's policy there is: the function, and the statement's name.
    pub fn grants(&self) -> BTreeSet<(String, String)> {
        self.state().iam.statements()
    }

    /// Takes one statement from a function's policy.
    pub fn revoke(&self, function: &str, statement: &str) {
        self.state().iam.taken = Some((function.to_owned(), statement.to_owned()));
    }

    /// Which statements have let a call pass since this was last asked.
    pub fn take_used_grants(&self) -> BTreeSet<(String, String)> {
        std::mem::take(&mut self.state().iam.used)
    }

    /// Whether Lambda may hand over to a function what waits for it.
    pub fn hands_over(&self, function: &str) -> bool {
        let needs = manifest::arrivals(function);
        self.state().iam.judge(function, &needs).is_ok()
    }

    /// Lets calls succeed again, and tells whether a fault was still waiting for its call.
    pub fn heal(&self) -> bool {
        let mut state = self.state();
        let waiting = state.faults.keys().any(|number| *number >= state.counted);
        state.faults.clear();
        waiting || self.other().take().is_some()
    }

    /// Lets every call move this clock on.
    pub(crate) fn slow_down(&self, clock: &Clock, latency: Duration) {
        self.state().latency = Some((clock.clone(), latency));
    }

    /// Lets transactions take so long from now on, by tokio's clock, and meet each other as DynamoDB's do: an item bears
    /// one at a time, and a thousand write units a second.
    pub fn congest(&self, takes: Duration) {
        self.state().traffic = Some(Traffic::new(takes));
    }

    /// Whether the process of a function was ended since this was last asked.
    pub(crate) fn take_killed(&self) -> bool {
        std::mem::take(&mut self.state().killed)
    }

    /// The calls since they were last taken.
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.state().calls)
    }

    /// The stream records since they were last taken.
    pub fn take_stream(&self) -> Vec<StreamRecord> {
        std::mem::take(&mut self.state().stream)
    }

    /// What was put on the bus since it was last taken.
    pub fn take_bus(&self) -> Vec<BusEvent> {
        std::mem::take(&mut self.state().bus)
    }

    /// Lets the bus refuse the next events that it is given, this many, though their calls succeed.
    pub fn refuse_events(&self, number: usize) {
        self.state().refused_events = number;
    }

    /// The seconds after which messages are to be delivered again, each with its receipt handle, in the order in which
    /// consumers asked for it, since they were last taken.
    pub fn take_waits(&self) -> Vec<(String, u64)> {
        std::mem::take(&mut self.state().waits)
    }

    /// The tables that were written to since they were last taken, named as at stage `local`.
    pub fn take_written(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.state().written)
    }

    /// The messages of a queue, by the end of its URL, since they were last taken.
    pub fn take_messages(&self, queue: &str) -> Vec<Message> {
        self.state().queues.remove(queue).unwrap_or_default()
    }

    /// The names of the queues that hold messages.
    pub fn queues(&self) -> Vec<String> {
        self.state().queues.keys().cloned().collect()
    }

    /// The mails that were sent, all of them.
    pub fn mails(&self) -> Vec<Sent> {
        self.state().mails.clone()
    }

    /// Writes an object, as an upload would.
    pub fn upload(&self, path: &str, content_type: &str, bytes: Vec<u8>) {
        let object = Object {
            content_type: content_type.to_owned(),
            bytes,
        };
        let mut state = self.state();
        state.objects.insert(path.to_owned(), object);
        state.uploads.push(path.to_owned());
    }

    /// The same by a form that a function has signed, whose rights then count; whether it was taken.
    pub fn upload_by(&self, signer: &str, path: &str, content_type: &str, bytes: Vec<u8>) -> bool {
        let need = Need::new("s3:PutObject", format!("arn:aws:s3:::{path}"));
        let allowed = self.state().iam.judge(signer, &[need]).is_ok();
        if allowed {
            self.upload(path, content_type, bytes);
        }
        allowed
    }

    /// An object by a link that a function has signed, whose rights then count.
    pub fn download_by(&self, signer: &str, path: &str) -> Option<Vec<u8>> {
        let need = Need::new("s3:GetObject", format!("arn:aws:s3:::{path}"));
        let allowed = self.state().iam.judge(signer, &[need]).is_ok();
        allowed.then(|| self.object(path))?
    }

    /// The paths of the objects that were written since they were last taken: `bucket/key`.
    pub fn take_uploads(&self) -> Vec<String> {
        std::mem::take(&mut self.state().uploads)
    }

    /// An object's bytes, by its path.
    pub fn object(&self, path: &str) -> Option<Vec<u8>> {
        let state = self.state();
        state.objects.get(path).map(|object| object.bytes.clone())
    }

    /// Deletes an object, past every lock.
    pub fn delete_object(&self, path: &str) {
        self.state().objects.remove(path);
    }

    /// The paths of all objects: `bucket/key`.
    pub fn objects(&self) -> Vec<String> {
        self.state().objects.keys().cloned().collect()
    }

    /// Sets a secret.
    pub fn secret(&self, name: &str, text: String) {
        self.state().secrets.insert(name.to_owned(), text);
    }

    /// Every item of a table, as plain JSON.
    pub fn items(&self, table: &str) -> Vec<Value> {
        dynamodb::items(&self.database(), &format!("local-{table}"))
    }

    /// Puts an item that is given as plain JSON, past all commands.
    pub fn put(&self, table: &str, item: &Value) {
        dynamodb::put(&self.database(), &format!("local-{table}"), item);
    }

    /// Deletes an item, past all commands.
    pub fn delete(&self, table: &str, pk: &str, sk: &str) {
        dynamodb::delete(&self.database(), &format!("local-{table}"), pk, sk);
    }

    /// Every item of every table whose name passes, for comparing before with after.
    pub fn snapshot(&self, which: impl Fn(&str) -> bool) -> BTreeMap<String, Vec<Value>> {
        self.tables()
            .into_iter()
            .map(|(table, _)| table)
            .filter(|table| which(table))
            .map(|table| {
                let items = dynamodb::items(&self.database(), &table);
                (table, items)
            })
            .collect()
    }

    async fn answer(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        // Calls that are made at once reach the backend in an order that the seed decides.
        let turns = {
            let mut state = self.state();
            state.order = state
                .order
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state.order >> 62
        };
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        let asked = Asked::read(&request);
        let (number, fault) = {
            let mut state = self.state();
            if let Some((clock, latency)) = &state.latency {
                clock.advance(*latency);
            }
            let number = state.counted;
            state.counted += 1;
            (number, state.faults.get(&number).copied())
        };
        let other = self.other().take_if(|(at, _)| *at == number);
        if let Some((_, other)) = other {
            other.await;
        }
        if fault.is_some_and(|fault| !fault.arrives()) {
            self.state().calls.push(asked.call());
        }
        let broken = |message: &str| ConnectorError::io(message.to_owned().into());
        match fault {
            None => Ok(self.carry_out_in_traffic(&asked).await),
            Some(Fault::Unreachable) => Err(broken("connection refused")),
            Some(Fault::LostReply) => {
                self.carry_out(&asked);
                Err(broken("connection reset"))
            }
            Some(Fault::Throttled) => Ok(respond(400, &asked.throttled())),
            Some(Fault::Conflict) => Ok(respond(400, &asked.conflict())),
            Some(Fault::ServerError) => Ok(respond(500, &asked.failure())),
            Some(Fault::Denied) => {
                let first = asked.needs().into_iter().next();
                let need = first.unwrap_or_else(|| Need::new("all", "*".to_owned()));
                Ok(asked.denied(&need))
            }
            Some(Fault::LateReply) => {
                let answer = self.carry_out(&asked);
                tokio::time::sleep(TOO_LATE).await;
                Ok(answer)
            }
            Some(Fault::CorruptReply) => Ok(halved(&self.carry_out(&asked))),
            Some(Fault::Partial) => Ok(self.carry_out_partly(&asked)),
            Some(fault @ (Fault::KilledBefore | Fault::KilledAfter)) => {
                if fault.arrives() {
                    self.carry_out(&asked);
                }
                self.state().killed = true;
                std::future::pending().await
            }
        }
    }

    async fn carry_out_in_traffic(&self, asked: &Asked) -> HttpResponse {
        let entered = match &mut self.state().traffic {
            Some(traffic) if asked.operation == "TransactWriteItems" => {
                Some(traffic.enter(&asked.json))
            }
            _ => None,
        };
        match entered {
            None => self.carry_out(asked),
            Some(Err(refused)) => {
                self.state().calls.push(asked.call());
                respond(400, &refused)
            }
            Some(Ok(takes)) => {
                let answer = self.carry_out(asked);
                tokio::time::sleep(takes).await;
                if let Some(traffic) = &mut self.state().traffic {
                    traffic.leave(&asked.json);
                }
                answer
            }
        }
    }

    /// All but one entry of a batch; a call that is no batch is carried out whole.
    fn carry_out_partly(&self, asked: &Asked) -> HttpResponse {
        let mut request = asked.json.clone();
        match asked.operation.as_str() {
            "PutEvents" => {
                self.refuse_events(1);
                self.carry_out(asked)
            }
            "BatchGetItem" => {
                let tables = request["RequestItems"].as_object_mut();
                let Some((table, left)) = tables.into_iter().flatten().find_map(|(name, keys)| {
                    let last = keys["Keys"].as_array_mut()?.pop()?;
                    Some((name.clone(), last))
                }) else {
                    return self.carry_out(asked);
                };
                let answer = self.carry_out(&asked.with(request));
                let body = answer.body().bytes().unwrap_or_default();
                let mut body: Value = serde_json::from_slice(body).unwrap_or_default();
                body["UnprocessedKeys"] = json!({ table: { "Keys": [left] } });
                respond(answer.status().as_u16(), &body)
            }
            _ => self.carry_out(asked),
        }
    }

    fn carry_out(&self, asked: &Asked) -> HttpResponse {
        let allowed = self.state().iam.judge(&asked.function, &asked.needs());
        if let Err(need) = allowed {
            self.state().calls.push(asked.call());
            return asked.denied(&need);
        }
        let (status, body) = match asked.service {
            Service::DynamoDb => return self.dynamodb(asked),
            Service::S3 => return self.s3(asked),
            Service::EventBridge => self.put_events(&asked.json),
            Service::Sqs => self.sqs(&asked.operation, &asked.json),
            Service::Kms => self.kms(&asked.operation, &asked.json),
            Service::Secrets => self.get_secret(&asked.json),
            Service::Ses => self.send_email(&asked.json),
        };
        self.state().calls.push(asked.call());
        respond(status, &body)
    }

    #[expect(clippy::float_arithmetic, reason = "DynamoDB counts units in halves")]
    fn dynamodb(&self, asked: &Asked) -> HttpResponse {
        let mut request = asked.json.clone();
        // The engine counts units as DynamoDB does; the functions don't ask.
        request["ReturnConsumedCapacity"] = "INDEXES".into();
        let (status, answer) = dynamodb::answer(&self.database(), &asked.operation, &request);
        let consumed = match &answer["ConsumedCapacity"] {
            Value::Array(tables) => tables.clone(),
            one => vec![one.clone()],
        };
        let sum = |pointer: &str| -> f64 {
            let units = consumed
                .iter()
                .filter_map(|used| used.pointer(pointer)?.as_f64());
            units.sum()
        };
        let (all, of_tables) = (sum("/CapacityUnits"), sum("/Table/CapacityUnits"));
        let is_write = ["TransactWriteItems", "UpdateItem"].contains(&asked.operation.as_str());

        let mut state = self.state();
        let call = asked.call();
        state.calls.push(if is_write {
            Call {
                write_units: of_tables,
                index_units: all - of_tables,
                ..call
            }
        } else {
            Call {
                read_units: all,
                ..call
            }
        });
        let token = request["ClientRequestToken"].as_str().map(str::to_owned);
        // A transaction that is sent again with its token changes nothing, so nothing streams.
        if is_write && status == 200 && token.is_none_or(|token| state.tokens.insert(token)) {
            let items = request["TransactItems"].as_array().into_iter().flatten();
            let deeds = items.clone().filter_map(Value::as_object).flatten();
            let tables = deeds.filter(|(kind, _)| *kind != "ConditionCheck");
            let tables = tables.filter_map(|(_, deed)| deed["TableName"].as_str());
            state.written.extend(tables.map(str::to_owned));
            for put in items.filter_map(|item| item.get("Put")) {
                let table = put["TableName"].as_str().unwrap_or_default();
                for field in manifest::PERSONAL.get(table).into_iter().flatten() {
                    let mut texts = Vec::new();
                    leaves(&put["Item"][field], &mut texts);
                    let told = texts
                        .into_iter()
                        .map(|it| (table.to_owned(), field.clone(), it));
                    state.personal.extend(told);
                }
                let service = table
                    .strip_prefix("local-")
                    .and_then(|table| table.strip_suffix("-commands"));
                if let Some(service) = service {
                    state.stream.push(StreamRecord {
                        service: service.to_owned(),
                        image: put["Item"].clone(),
                    });
                }
            }
        }
        respond(status, &answer)
    }

    fn put_events(&self, request: &Value) -> (u16, Value) {
        let entries = request["Entries"].as_array().into_iter().flatten();
        let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let mut state = self.state();
        let mut refused = 0;
        let mut answers = Vec::new();
        for entry in entries {
            if state.refused_events > 0 {
                state.refused_events -= 1;
                refused += 1;
                answers.push(
                    json!({ "ErrorCode": "ThrottlingException", "ErrorMessage": "too many" }),
                );
                continue;
            }
            state.bus.push(BusEvent {
                source: text(entry, "Source"),
                detail_type: text(entry, "DetailType"),
                detail: serde_json::from_str(&text(entry, "Detail")).unwrap_or_default(),
            });
            answers.push(json!({ "EventId": "1" }));
        }
        (
            200,
            json!({ "FailedEntryCount": refused, "Entries": answers }),
        )
    }

    fn sqs(&self, operation: &str, request: &Value) -> (u16, Value) {
        if operation != "SendMessage" {
            let receipt = request["ReceiptHandle"].as_str().unwrap_or_default();
            let seconds = request["VisibilityTimeout"].as_u64();
            let asked = seconds.map(|seconds| (receipt.to_owned(), seconds));
            self.state().waits.extend(asked);
            return (200, json!({}));
        }
        let sent = request["MessageAttributes"].as_object().into_iter();
        let refused = |value: &Value| {
            let text = value["StringValue"].as_str().unwrap_or_default();
            text.is_empty()
                || text
                    .chars()
                    .any(|c| c.is_control() && !"\t\n\r".contains(c))
        };
        if sent.flatten().any(|(_, value)| refused(value)) {
            let r#type = "com.amazonaws.sqs#InvalidParameterValue";
            return (400, json!({ "__type": r#type, "message": "an attribute" }));
        }
        let queue = request["QueueUrl"].as_str().unwrap_or_default();
        let name = queue.rsplit('/').next().unwrap_or_default().to_owned();
        let attributes = request["MessageAttributes"]
            .as_object()
            .into_iter()
            .flatten();
        let message = Message {
            body: request["MessageBody"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            attributes: attributes
                .filter_map(|(name, value)| {
                    Some((name.clone(), value["StringValue"].as_str()?.to_owned()))
                })
                .collect(),
        };
        self.state().queues.entry(name).or_default().push(message);
        (200, json!({ "MessageId": "1", "MD5OfMessageBody": "" }))
    }

    fn get_secret(&self, request: &Value) -> (u16, Value) {
        let id = request["SecretId"].as_str().unwrap_or_default();
        match self.state().secrets.get(id) {
            Some(text) => (200, json!({ "Name": id, "SecretString": text })),
            None => (
                400,
                json!({ "__type": "ResourceNotFoundException", "message": id }),
            ),
        }
    }

    /// Makes and unwraps data keys. What is unwrapped for another purpose than it was made for is refused.
    fn kms(&self, operation: &str, request: &Value) -> (u16, Value) {
        let context = &request["EncryptionContext"];
        let mut state = self.state();
        if operation == "GenerateDataKey" {
            let mut bytes = || {
                let random = Ids::seeded(state.order);
                state.order = state.order.wrapping_add(1);
                STANDARD.encode(random.bytes::<32>())
            };
            let (bare, wrapped) = (bytes(), bytes());
            let kept = (context.clone(), bare.clone());
            state.wrapped.insert(wrapped.clone(), kept);
            let key = &request["KeyId"];
            let made = json!({ "KeyId": key, "Plaintext": bare, "CiphertextBlob": wrapped });
            return (200, made);
        }
        let wrapped = request["CiphertextBlob"].as_str().unwrap_or_default();
        match state.wrapped.get(wrapped) {
            Some((made_for, bare)) if made_for == context => (200, json!({ "Plaintext": bare })),
            _ => (
                400,
                json!({ "__type": "InvalidCiphertextException", "message": "" }),
            ),
        }
    }

    fn send_email(&self, request: &Value) -> (u16, Value) {
        let text = |pointer: &str| {
            let found = request.pointer(pointer).and_then(Value::as_str);
            found.unwrap_or_default().to_owned()
        };
        let mut state = self.state();
        state.mails.push(Sent {
            to: text("/Destination/ToAddresses/0"),
            subject: text("/Content/Simple/Subject/Data"),
            text: text("/Content/Simple/Body/Text/Data"),
            html: text("/Content/Simple/Body/Html/Data"),
        });
        (
            200,
            json!({ "MessageId": format!("mail-{}", state.mails.len()) }),
        )
    }

    fn s3(&self, asked: &Asked) -> HttpResponse {
        let mut state = self.state();
        state.calls.push(asked.call());
        if asked.operation == "ListObjectsV2" {
            let objects = list(&state.objects, asked);
            return respond_bytes(200, objects.into_bytes());
        }
        if asked.operation == "PutObject" {
            if asked.only_new && state.objects.contains_key(&asked.path) {
                let body = "<Error><Code>PreconditionFailed</Code></Error>";
                return respond_bytes(412, body.as_bytes().to_vec());
            }
            let object = Object {
                content_type: asked.content_type.clone(),
                bytes: asked.body.clone(),
            };
            state.objects.insert(asked.path.clone(), object);
            state.uploads.push(asked.path.clone());
            return respond_bytes(200, Vec::new());
        }
        if asked.operation == "DeleteObject" {
            state.objects.remove(&asked.path);
            return respond_bytes(204, Vec::new());
        }
        let (path, wanted) = match &asked.source {
            Some((source, wanted)) => (source.trim_start_matches('/'), wanted.as_str()),
            None => (asked.path.as_str(), ""),
        };
        let Some(object) = state.objects.get(path).cloned() else {
            let body = "<Error><Code>NoSuchKey</Code></Error>";
            return respond_bytes(404, body.as_bytes().to_vec());
        };
        let etag = object.etag();
        if asked.source.is_some() {
            if !wanted.is_empty() && wanted != etag {
                let body = "<Error><Code>PreconditionFailed</Code></Error>";
                return respond_bytes(412, body.as_bytes().to_vec());
            }
            state.objects.insert(asked.path.clone(), object);
            state.uploads.push(asked.path.clone());
            let body = format!("<CopyObjectResult><ETag>{etag}</ETag></CopyObjectResult>");
            return respond_bytes(200, body.into_bytes());
        }
        let size = object.bytes.len();
        let (start, end) = asked.range.unwrap_or((0, usize::MAX));
        if start >= size {
            let body = "<Error><Code>InvalidRange</Code></Error>";
            return respond_bytes(416, body.as_bytes().to_vec());
        }
        let end = end.saturating_add(1).min(size);
        let mut response = respond_bytes(206, object.bytes[start..end].to_vec());
        let headers = response.headers_mut();
        headers.insert("content-range", format!("bytes {start}-{}/{size}", end - 1));
        headers.insert("content-length", (end - start).to_string());
        headers.insert("content-type", object.content_type.clone());
        headers.insert("etag", etag);
        response
    }
}

/// Every text in a value as DynamoDB writes it.
fn leaves(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|one| leaves(one, found)),
        Value::Object(all) => all.values().for_each(|one| leaves(one, found)),
        _ => {}
    }
}

impl HttpConnector for Cloud {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(effort::of_backend(self.clone().answer(request)))
    }
}

impl HttpClient for Cloud {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// The first half of an answer. An empty one is whole.
fn halved(answer: &HttpResponse) -> HttpResponse {
    let body = answer.body().bytes().unwrap_or_default();
    respond_bytes(answer.status().as_u16(), body[..body.len() / 2].to_vec())
}

fn respond(status: u16, body: &Value) -> HttpResponse {
    respond_bytes(status, body.to_string().into_bytes())
}

/// # Panics
/// When the status is none: all of them are written above.
fn respond_bytes(status: u16, body: Vec<u8>) -> HttpResponse {
    match status.try_into() {
        Ok(status) => HttpResponse::new(status, SdkBody::from(body)),
        Err(error) => panic!("{error}"),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Service {
    DynamoDb,
    EventBridge,
    Kms,
    S3,
    Secrets,
    Ses,
    Sqs,
}

/// A call as it arrives.
#[derive(Clone)]
struct Asked {
    service: Service,
    operation: String,
    function: String,
    /// Of an object: `bucket/key`.
    path: String,
    query: String,
    /// `If-None-Match: *`.
    only_new: bool,
    range: Option<(usize, usize)>,
    /// What a copy is made of, `bucket/key`, and the `ETag` that this must have.
    source: Option<(String, String)>,
    content_type: String,
    body: Vec<u8>,
    /// The body, where it is JSON.
    json: Value,
}

impl Asked {
    fn read(request: &HttpRequest) -> Self {
        let headers = request.headers();
        let target = headers.get("x-amz-target").unwrap_or_default();
        let path = request.uri().split_once("://").map_or("", |(_, rest)| rest);
        let path = path.split_once('/').map_or("", |(_, path)| path);
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (path, query) = (path.to_owned(), query.to_owned());
        let (service, operation) = match target.split_once('.') {
            Some((api, operation)) => {
                let service = match api {
                    "AWSEvents" => Service::EventBridge,
                    "AmazonSQS" => Service::Sqs,
                    "secretsmanager" => Service::Secrets,
                    "TrentService" => Service::Kms,
                    _ => Service::DynamoDb,
                };
                (service, operation)
            }
            None if path.starts_with("v2/email/") => (Service::Ses, "SendEmail"),
            None if headers.get("x-amz-copy-source").is_some() => (Service::S3, "CopyObject"),
            None if request.method() == "PUT" => (Service::S3, "PutObject"),
            None if query.contains("list-type=2") => (Service::S3, "ListObjectsV2"),
            None if request.method() == "DELETE" => (Service::S3, "DeleteObject"),
            None => (Service::S3, "GetObject"),
        };
        let body = request.body().bytes().unwrap_or_default().to_vec();
        Self {
            service,
            operation: operation.to_owned(),
            function: caller(headers),
            path,
            query,
            only_new: headers.get("if-none-match") == Some("*"),
            range: headers.get("range").and_then(range),
            source: headers.get("x-amz-copy-source").map(|source| {
                let wanted = headers.get("x-amz-copy-source-if-match");
                (source.to_owned(), wanted.unwrap_or_default().to_owned())
            }),
            content_type: headers.get("content-type").unwrap_or_default().to_owned(),
            json: if service == Service::S3 {
                Value::Null
            } else {
                serde_json::from_slice(&body).unwrap_or_default()
            },
            body,
        }
    }

    /// The same with another body.
    fn with(&self, json: Value) -> Self {
        Self {
            body: json.to_string().into_bytes(),
            json,
            ..self.clone()
        }
    }

    /// What the caller must have a right to.
    fn needs(&self) -> Vec<Need> {
        let request = &self.json;
        let text = |name: &str| request[name].as_str().unwrap_or_default();
        let object = |path: &str| format!("arn:aws:s3:::{}", path.trim_start_matches('/'));
        match self.service {
            Service::DynamoDb => iam::of_dynamodb(&self.operation, request),
            Service::EventBridge => {
                let entries = request["Entries"].as_array().into_iter().flatten();
                let bus = |entry: &Value| entry["EventBusName"].as_str().map(str::to_owned);
                let buses: BTreeSet<String> = entries.filter_map(bus).collect();
                let need = |bus| {
                    Need::new(
                        "events:PutEvents",
                        arn("events", &format!("event-bus/{bus}")),
                    )
                };
                buses.into_iter().map(need).collect()
            }
            Service::Kms => {
                let key = manifest::SUBJECT_KEY;
                vec![Need::new(format!("kms:{}", self.operation), key)]
            }
            Service::S3 => {
                let read = |path: &str| Need::new("s3:GetObject", object(path));
                let write = Need::new("s3:PutObject", object(&self.path));
                match self.operation.as_str() {
                    "ListObjectsV2" => {
                        let bucket = object(self.path.trim_end_matches('/'));
                        vec![Need::new("s3:ListBucket", bucket)]
                    }
                    "PutObject" => vec![write],
                    "DeleteObject" => vec![Need::new("s3:DeleteObject", object(&self.path))],
                    "CopyObject" => {
                        let source = self.source.as_ref().map(|(source, _)| read(source));
                        source.into_iter().chain([write]).collect()
                    }
                    _ => vec![read(&self.path)],
                }
            }
            Service::Secrets => {
                let secret = format!("secret:{}-AbCdEf", text("SecretId"));
                let resource = arn("secretsmanager", &secret);
                vec![Need::new("secretsmanager:GetSecretValue", resource)]
            }
            Service::Ses => vec![Need::new("ses:SendEmail", arn("ses", "identity/souk.test"))],
            Service::Sqs => {
                let queue = text("QueueUrl").rsplit('/').next().unwrap_or_default();
                vec![Need::new(
                    format!("sqs:{}", self.operation),
                    arn("sqs", queue),
                )]
            }
        }
    }

    fn denied(&self, need: &Need) -> HttpResponse {
        if self.service == Service::S3 {
            let body = "<Error><Code>AccessDenied</Code></Error>";
            return respond_bytes(403, body.as_bytes().to_vec());
        }
        let message = format!(
            "{} is not authorized to perform {} on {}",
            self.function, need.action, need.resource
        );
        let body = json!({ "__type": "AccessDeniedException", "message": message });
        respond(400, &body)
    }

    fn call(&self) -> Call {
        let table = match self.service {
            Service::DynamoDb => self.json["TableName"].as_str().map(str::to_owned),
            _ => None,
        };
        Call {
            function: self.function.clone(),
            operation: self.operation.clone(),
            table,
            read_units: 0.0,
            write_units: 0.0,
            index_units: 0.0,
        }
    }

    fn failure(&self) -> Value {
        let r#type = match self.service {
            Service::DynamoDb => "com.amazonaws.dynamodb.v20120810#InternalServerError",
            _ => "InternalFailure",
        };
        json!({ "__type": r#type, "message": "something went wrong" })
    }

    fn throttled(&self) -> Value {
        let r#type = match self.service {
            Service::DynamoDb => {
                "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
            }
            _ => "ThrottlingException",
        };
        json!({ "__type": r#type, "message": "too many" })
    }

    /// What DynamoDB says when two transactions meet: nothing was done.
    fn conflict(&self) -> Value {
        if self.operation != "TransactWriteItems" {
            return self.throttled();
        }
        let request = &self.json;
        let number = request["TransactItems"].as_array().map_or(0, Vec::len);
        let reason = |place: usize| match place {
            0 => json!({ "Code": "None" }),
            _ => {
                json!({ "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item" })
            }
        };
        let reasons: Vec<Value> = (0..number).map(reason).collect();
        json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "message": "Transaction cancelled", "CancellationReasons": reasons,
        })
    }
}

/// What S3 says of a bucket's objects under a prefix and behind a key
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>).
fn list(objects: &HashMap<String, Object>, asked: &Asked) -> String {
    let parameter = |name: &str| {
        let pairs = asked
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        let found = pairs.into_iter().find(|(known, _)| *known == name);
        found.map_or_else(String::new, |(_, text)| text.replace("%2F", "/"))
    };
    let (prefix, behind) = (parameter("prefix"), parameter("start-after"));
    let most: usize = parameter("max-keys").parse().unwrap_or(1_000);
    let bucket = format!("{}/", asked.path.trim_end_matches('/'));
    let mut keys: Vec<&str> = objects
        .keys()
        .filter_map(|path| path.strip_prefix(&bucket))
        .filter(|key| key.starts_with(&prefix) && *key > behind.as_str())
        .collect();
    keys.sort_unstable();
    let is_truncated = keys.len() > most;
    keys.truncate(most);
    let contents: String = keys
        .iter()
        .map(|key| ["<Contents><Key>", key, "</Key></Contents>"].concat())
        .collect();
    format!(
        "<ListBucketResult><IsTruncated>{is_truncated}</IsTruncated>{contents}</ListBucketResult>"
    )
}

/// The function that calls: a stage makes its name its access key.
fn caller(headers: &Headers) -> String {
    let signed = headers.get("authorization").unwrap_or_default();
    let key = signed.split("Credential=").nth(1).unwrap_or_default();
    key.split('/').next().unwrap_or_default().to_owned()
}

fn range(header: &str) -> Option<(usize, usize)> {
    let (start, end) = header.strip_prefix("bytes=")?.split_once('-')?;
    Some((start.parse().ok()?, end.parse().ok()?))
}
