//! The service: customers write notes, and a tally keeps how many each has written.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use contracts::Event as _;
use dynamo::{Commands, Item, Key, Query, Stored, Table};
use kernel::{Code, CustomerId, Line, OrderId, Owned, Page, Problem, Quantity, Role, page::Limit};
use lambda::{
    Platform,
    consume::{self, Event},
    http::{self, Json, MergePatch, Outcome, Request},
    invoke::{self, Call},
    queue::{self, Work},
    schedule::{self, Tick},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use testkit::{Answer, Ask, Lambda, Stage};

/// What a customer says in a note, and may change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wording {
    text: Line<1, 200>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    stars: Vec<Quantity>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Note {
    // Any of the typed ids does.
    id: OrderId,
    owner: Option<CustomerId>,
    #[serde(flatten)]
    wording: Wording,
}

impl Item for Note {
    const KIND: &'static str = "note";

    fn key(&self) -> Key {
        note_key(self.id)
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        let owner = self.owner.iter();
        let entry = |owner: &CustomerId| ("by-owner", owner.to_string(), self.id.to_string());
        owner.map(entry).collect()
    }
}

impl Owned for Note {
    fn of_customer(&self, customer: CustomerId) -> bool {
        self.owner == Some(customer)
    }
}

fn note_key(id: OrderId) -> Key {
    Key::new(format!("note#{id}"), "note")
}

#[derive(Debug, Serialize, JsonSchema)]
struct NoteView {
    id: OrderId,
    #[serde(flatten)]
    wording: Wording,
}

impl Note {
    fn view(&self) -> NoteView {
        NoteView {
            id: self.id,
            wording: self.wording.clone(),
        }
    }
}

/// How much someone has done. Its revision is what callers contend for.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Tally {
    of: String,
    number: u64,
}

impl Item for Tally {
    const KIND: &'static str = "tally";

    fn key(&self) -> Key {
        tally_key(&self.of)
    }
}

fn tally_key(of: &str) -> Key {
    Key::new(format!("tally#{of}"), "tally")
}

/// A note was written.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct NoteWritten {
    pub(crate) id: OrderId,
    pub(crate) text: String,
}

impl contracts::Event for NoteWritten {
    const TYPE: &'static str = "note.written.v1";
    const AGGREGATE: &'static str = "note";
    fn aggregate_id(&self) -> String {
        self.id.to_string()
    }
    fn example() -> Self {
        let now = kernel::Timestamp::from_second(1);
        Self {
            id: kernel::Ids::seeded(1).fresh(now),
            text: "Milk".to_owned(),
        }
    }
}

pub(crate) struct Notes {
    table: Table,
    commands: Commands,
    /// What the next runs of a handler fail with, by the setting `TROUBLE`.
    trouble: Mutex<VecDeque<String>>,
}

impl Notes {
    async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        let trouble = platform.optional("TROUBLE").unwrap_or_default();
        Ok(Self {
            table: platform.table("notebook", "notes"),
            commands: platform.commands("notebook"),
            trouble: Mutex::new(trouble.split_whitespace().map(str::to_owned).collect()),
        })
    }

    fn trouble(&self) -> Result<(), Problem> {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match trouble.pop_front().as_deref() {
            None => Ok(()),
            Some("contention") => Err(Problem::contention()),
            Some("unavailable") => Err(Problem::unavailable("the table is on fire")),
            Some("credentials") => Err(Code::InvalidCredentials.into()),
            Some("internal") => Err(Problem::internal("the table is on fire")),
            Some(_) => Err(Code::OrderNotShippable.into()),
        }
    }

    async fn find(&self, request: &http::Incoming) -> Result<Stored<Note>, Problem> {
        let id = request.path("id", Code::OrderNotFound)?;
        let note = self.table.get(&note_key(id)).await?;
        request.reach(note, Code::OrderNotFound)
    }

    /// Counts one more.
    async fn count(&self, command: &mut dynamo::Command, of: &str) -> Result<(), Problem> {
        let before = self.table.get::<Tally>(&tally_key(of)).await?;
        let next = Tally {
            of: of.to_owned(),
            number: before.as_ref().map_or(0, |tally| tally.number) + 1,
        };
        command.save(&self.table, before.as_ref(), &next);
        Ok(())
    }

    async fn count_once(&self, intent: &dynamo::Intent, of: &str) -> Result<(), Problem> {
        self.trouble()?;
        let mut command = self.commands.begin(intent);
        self.count(&mut command, of).await?;
        command.settle().await.map(|_| ())
    }
}

async fn create_note(notes: &'static Notes, request: Request<Json<Wording>>) -> Outcome<NoteView> {
    notes.trouble()?;
    let owner = request.principal().map(|caller| caller.customer);
    let note = Note {
        id: request.platform.ids.fresh(request.now),
        owner,
        wording: request.input.0.clone(),
    };
    let reply = http::created(format!("/v1/notes/{}", note.id), &note.view())?.version(1);
    let mut command = notes.commands.begin(request.intent());
    command.insert(&notes.table, &note);
    let of = owner.map_or("guests".to_owned(), |owner| owner.to_string());
    notes.count(&mut command, &of).await?;
    let written = NoteWritten {
        id: note.id,
        text: note.wording.text.to_string(),
    };
    command.publish(1, &written).audit("note.write", note.id);
    command.commit(reply).await
}

async fn get_note(notes: &'static Notes, request: Request) -> Outcome<NoteView> {
    notes.trouble()?;
    let note = notes.find(&request).await?;
    Ok(http::ok(&note.view())?.version(note.rev))
}

async fn change_note(
    notes: &'static Notes,
    request: Request<MergePatch<Wording>>,
) -> Outcome<NoteView> {
    let note = notes.find(&request).await?;
    request.require_version(note.rev)?;
    let next = Note {
        wording: request.input.apply(&note.wording)?,
        ..note.value.clone()
    };
    let reply = http::ok(&next.view())?.version(note.rev + 1);
    let mut command = notes.commands.begin(request.intent());
    command.update(&notes.table, &note, &next);
    command.commit(reply).await
}

async fn delete_note(notes: &'static Notes, request: Request) -> Outcome<()> {
    let note = notes.find(&request).await?;
    let mut command = notes.commands.begin(request.intent());
    command.delete(&notes.table, &note);
    command.commit(http::no_content()?).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Listing {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

async fn list_notes(
    notes: &'static Notes,
    request: Request<http::Query<Listing>>,
) -> Outcome<Page<NoteView>> {
    let owner = request.customer()?.to_string();
    let cursors = request.platform.cursors()?;
    let listing = &request.input.0;
    let run = Query::index("by-owner", &owner).limit(listing.limit.get());
    let scope = format!("notes {owner}");
    let page = notes
        .table
        .page::<Note>(run, &cursors, &scope, listing.cursor.as_deref());
    http::ok(&page.await?.map(|note| note.view()))
}

async fn count_on_note_written(
    notes: &'static Notes,
    event: Event<NoteWritten>,
) -> Result<(), Problem> {
    notes.count_once(event.intent(), "heard").await
}

async fn count_by_the_clock(notes: &'static Notes, tick: Tick) -> Result<(), Problem> {
    let hour = tick.now.as_second() / 3600;
    let step = tick.step(format!("hour {hour}"));
    notes.count_once(&step, "hours").await
}

async fn count_work(notes: &'static Notes, work: Work<Wording>) -> Result<(), Problem> {
    notes
        .count_once(work.intent(), work.body.text.as_str())
        .await
}

/// How often to count.
#[derive(Debug, Clone, Deserialize)]
struct Times {
    times: u64,
}

async fn count_by_name(notes: &'static Notes, call: Call<Times>) -> Result<Value, Problem> {
    for number in 0..call.input.times {
        let intent = call.intent();
        let step = dynamo::Intent {
            key: format!("{}-{number}", intent.key),
            ..intent.clone()
        };
        notes.count_once(&step, "calls").await?;
    }
    Ok(json!({ "counted": call.input.times }))
}

#[derive(Debug, Serialize, JsonSchema)]
struct Caller {
    address: String,
    languages: Vec<String>,
}

async fn see_caller(_: &'static Notes, request: Request) -> Outcome<Caller> {
    let languages = request.locales().iter().map(ToString::to_string).collect();
    http::ok(&Caller {
        address: request.client_ip().to_owned(),
        languages,
    })
}

/// The route and the `main` of the function with this name.
fn function(name: &str) -> (&'static str, fn() -> lambda::Exit) {
    match name {
        "create-note" => ("POST /v1/notes", || http::serve(Notes::start, create_note)),
        "get-note" => ("GET /v1/notes/{id}", || http::serve(Notes::start, get_note)),
        "change-note" => ("PATCH /v1/notes/{id}", || {
            http::serve(Notes::start, change_note)
        }),
        "delete-note" => ("DELETE /v1/notes/{id}", || {
            http::serve(Notes::start, delete_note)
        }),
        "list-notes" => ("GET /v1/notes", || http::serve(Notes::start, list_notes)),
        "count-on-note-written" => ("", || consume::serve(Notes::start, count_on_note_written)),
        "count-by-the-clock" => ("", || schedule::serve(Notes::start, count_by_the_clock)),
        "count-work" => ("", || queue::serve(Notes::start, count_work)),
        "count-by-name" => ("", || invoke::serve(Notes::start, count_by_name)),
        "see-caller" => ("GET /v1/caller", || http::serve(Notes::start, see_caller)),
        "relay-notebook-events" => ("", lambda::relay::serve),
        other => panic!("there is no {other}"),
    }
}

/// The stage of the service, with its functions.
pub(crate) struct Notebook {
    pub(crate) stage: Stage,
    settings: HashMap<&'static str, String>,
}

impl Notebook {
    pub(crate) fn new() -> Self {
        Self::seeded(1)
    }

    /// With another order of the calls that are made at once.
    pub(crate) fn seeded(seed: u64) -> Self {
        let stage = Stage::seeded(seed)
            .with_table("notebook-notes", &["by-owner"])
            .with_table("notebook-commands", &["by-time"])
            .with_table("notebook-audit", &["by-actor", "by-subject", "by-time"]);
        Self {
            stage,
            settings: HashMap::new(),
        }
    }

    /// With another value of a setting, for the functions that are started after; an empty one takes it away.
    pub(crate) fn with(mut self, setting: &'static str, value: &str) -> Self {
        self.settings.insert(setting, value.to_owned());
        self
    }

    /// What a function is given; the rest is as any function of the platform has it.
    fn settings(&self, name: &str, route: &str) -> HashMap<String, String> {
        let mut settings = Stage::settings_of("place-order");
        settings.remove("WARM_UP");
        let reads = route.starts_with("GET");
        let own = [
            ("SERVICE", "notebook"),
            ("FUNCTION", name),
            ("ROUTE", route),
            ("ALLOW", "order:read@own"),
            ("IDEMPOTENCY", if reads { "none" } else { "optional" }),
            ("BODY_LIMIT", "4096"),
            ("BUS", "local-souk"),
            ("QUEUE_URL", "https://sqs.test/notes"),
            ("DLQ_URL", "https://sqs.test/notes-dlq"),
        ];
        settings.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let changed = self.settings.iter();
        settings.extend(changed.map(|(name, value)| ((*name).to_owned(), value.clone())));
        settings.retain(|_, value| !value.is_empty());
        settings
    }

    /// What the state of a function is made of.
    pub(crate) fn platform(&self) -> &'static Platform {
        self.stage.platform_of("test", self.settings("test", ""))
    }

    /// Why a function does not start, to the last cause; empty where it does.
    pub(crate) async fn refusal(&self, name: &str) -> String {
        let (route, main) = function(name);
        let platform = self.stage.platform_of(name, self.settings(name, route));
        let started = lambda::harness::Function::load(platform, main).await;
        started
            .err()
            .map(|problem| problem.causes())
            .unwrap_or_default()
    }

    /// Starts the function with this name.
    pub(crate) async fn start(&self, name: &str) -> Lambda {
        let (route, main) = function(name);
        let settings = self.settings(name, route);
        self.stage.start_with(name, settings, main).await
    }

    /// A customer, by its token.
    pub(crate) fn someone(&self) -> String {
        self.stage.token(self.stage.customer(), &[Role::Customer])
    }

    /// The items of a kind.
    pub(crate) fn items(&self, kind: &str) -> Vec<Value> {
        let items = self.stage.cloud.items("notebook-notes").into_iter();
        items.filter(|item| item["kind"] == kind).collect()
    }

    /// How much was counted, in all.
    pub(crate) fn counted(&self) -> u64 {
        let tallies = self.items("tally").into_iter();
        tallies.filter_map(|tally| tally["number"].as_u64()).sum()
    }

    /// The command records.
    pub(crate) fn records(&self) -> Vec<Value> {
        self.stage.cloud.items("notebook-commands")
    }
}

/// Asserts that an answer is this refusal.
pub(crate) fn refused(answer: &Answer, status: u16, code: &str) {
    let said = (answer.status, answer.code());
    assert_eq!(said, (status, code), "{}", answer.text);
}

/// A problem without what differs from request to request.
pub(crate) fn without_id(answer: &Answer) -> Value {
    let mut body = answer.body.clone();
    assert!(body["request_id"].take().is_string(), "{}", answer.text);
    body
}

/// A request to write a note.
pub(crate) fn write(token: &str, text: &str) -> Ask {
    Ask::post("/v1/notes")
        .by(token)
        .json(&json!({ "text": text }))
}

/// The path of what was made.
pub(crate) fn place(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.header("location").to_owned()
}

/// The message that EventBridge makes of an event.
pub(crate) fn message(id: &str, event: &NoteWritten) -> Value {
    let metadata = json!({
        "id": id, "type": NoteWritten::TYPE, "schema": "events/note.written.v1.schema.json",
        "time": "2026-01-01T00:00:00.000Z",
        "aggregate": { "kind": "note", "id": event.id, "revision": 1 },
        "correlation_id": "chain-1", "causation_id": "request-1",
        "actor": { "kind": "guest", "id": "guest" },
    });
    json!({
        "version": "0", "id": "of-the-bus", "source": "notebook", "detail-type": NoteWritten::TYPE,
        "detail": { "metadata": metadata, "data": event },
    })
}

/// Runs to its end what a property says of one case.
pub(crate) fn waited_for<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().start_paused(true).build();
    runtime.expect("a runtime").block_on(test)
}
