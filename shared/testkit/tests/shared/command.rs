//! The atomic command, by itself.

use std::time::Duration;

use contracts::Actor;
use dynamo::{Attributes, Change, Command, Intent, Item, Key, Refused, Settled, Stored, Table};
use kernel::{Code, CustomerId, Personal, Problem, Reply, Timestamp};
use lambda::Platform;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::notes::{NoteWritten, Notebook};
use contracts::Event as _;

/// A shelf, whose shape has changed once: `pieces` was `count` before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Shelf {
    name: String,
    pieces: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keeper: Option<Personal<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends_at: Option<Timestamp>,
}

impl Item for Shelf {
    const KIND: &'static str = "shelf";
    const SCHEMA: u32 = 2;

    fn key(&self) -> Key {
        key(&self.name)
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        vec![("by-owner", "shelves".to_owned(), self.name.clone())]
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.ends_at
    }

    fn upcast(schema: u32, mut attributes: Attributes) -> Attributes {
        if schema == 1
            && let Some(count) = attributes.remove("count")
        {
            attributes.insert("pieces".to_owned(), count);
        }
        attributes
    }
}

fn key(name: &str) -> Key {
    Key::new(format!("shelf#{name}"), "shelf")
}

fn shelf(name: &str, pieces: u64) -> Shelf {
    Shelf {
        name: name.to_owned(),
        pieces,
        keeper: None,
        ends_at: None,
    }
}

/// What is to be done once, by a key.
pub(crate) fn intent(platform: &Platform, key: &str) -> Intent {
    Intent {
        scope: "test".to_owned(),
        key: key.to_owned(),
        request_hash: None,
        actor: Actor::system("test"),
        correlation_id: "chain-1".to_owned(),
        causation_id: "cause-1".to_owned(),
        traceparent: None,
        now: platform.clock.now(),
        ids: platform.ids.clone(),
    }
}

struct Store {
    notebook: Notebook,
    platform: &'static Platform,
    shelves: Table,
}

impl Store {
    fn new() -> Self {
        let notebook = Notebook::new();
        let platform = notebook.platform();
        Self {
            platform,
            shelves: platform.table("notebook", "notes"),
            notebook,
        }
    }

    /// A command of its own, a second after the one before.
    fn begin(&self, key: &str) -> Command {
        self.platform.clock.advance(Duration::from_secs(1));
        self.platform
            .commands("notebook")
            .begin(&intent(self.platform, key))
    }

    async fn insert(&self, new: &Shelf) -> Stored<Shelf> {
        let mut command = self.begin(&format!("insert {}", new.name));
        command
            .insert(&self.shelves, new)
            .audit("shelf.put-up", &new.name);
        command.settle().await.expect("inserted");
        self.read(&new.name).await
    }

    async fn read(&self, name: &str) -> Stored<Shelf> {
        self.shelves
            .get(&key(name))
            .await
            .expect("read")
            .expect("a shelf")
    }

    fn item(&self) -> Value {
        self.notebook.items("shelf").remove(0)
    }

    fn records(&self) -> Vec<Value> {
        self.notebook.records()
    }
}

/// Something that a command does about a shelf.
type Act = fn(&mut Command, &Table, &Stored<Shelf>);

fn is_contention(outcome: Result<Settled, Problem>) {
    match outcome {
        Err(problem) => assert!(problem.is_contention(), "{problem:?}"),
        Ok(settled) => panic!("{settled:?}"),
    }
}

fn refused_as(outcome: Result<Settled, Problem>, code: Code) {
    let said = outcome.map_err(|problem| (problem.code(), problem.is_contention()));
    assert_eq!(said, Err((code, false)));
}

#[tokio::test(start_paused = true)]
async fn an_item_carries_what_every_item_carries() {
    let store = Store::new();
    let until = Timestamp::from_second(1_800_000_000);
    store
        .insert(&Shelf {
            ends_at: Some(until),
            ..shelf("a", 3)
        })
        .await;
    let expected = json!({
        "pk": "shelf#a", "sk": "shelf", "kind": "shelf", "schema": 2, "rev": 1,
        "created_at": "2026-01-01T00:00:01.000Z", "updated_at": "2026-01-01T00:00:01.000Z",
        "expires_at": 1_800_000_000, "by_owner_pk": "shelves", "by_owner_sk": "a",
        "name": "a", "pieces": 3, "ends_at": until,
    });
    assert_eq!(store.item(), expected);
}

#[tokio::test(start_paused = true)]
async fn revisions_have_no_gaps_and_birth_stays() {
    let store = Store::new();
    let mut read = store.insert(&shelf("a", 0)).await;
    let born = read.created_at;
    for number in 1..=5 {
        assert_eq!(
            (read.rev, read.pieces, read.created_at),
            (number, number - 1, born)
        );
        let mut command = store.begin(&number.to_string());
        command.update(&store.shelves, &read, &shelf("a", number));
        assert_eq!(command.settle().await.ok(), Some(Settled::Now));
        let next = store.read("a").await;
        assert!(next.updated_at > read.updated_at);
        read = next;
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_condition_writes_nothing_at_all() {
    let store = Store::new();
    let stale = store.insert(&shelf("a", 1)).await;
    let mut command = store.begin("first");
    command.update(&store.shelves, &stale, &shelf("a", 2));
    command.settle().await.expect("updated");
    let before = store.notebook.stage.cloud.snapshot(|_| true);

    let acts: [(&str, Act); 5] = [
        ("insert", |command, table, _| {
            command.insert(table, &shelf("a", 9));
        }),
        ("update", |command, table, stale| {
            command.update(table, stale, &shelf("a", 9));
        }),
        ("delete", |command, table, stale| {
            command.delete(table, stale);
        }),
        ("require", |command, table, stale| {
            command.require(table, stale);
        }),
        ("change", |command, table, _| {
            let change = Change::set("pieces = pieces - :n").when("pieces >= :n");
            command.change(table, &key("a"), change.number(":n", 3_u64));
        }),
    ];
    for (name, act) in acts {
        // Beside something that would succeed.
        let mut command = store.begin(name);
        command.insert(&store.shelves, &shelf("b", 1));
        act(&mut command, &store.shelves, &stale);
        command.publish(1, &NoteWritten::example());
        is_contention(command.settle().await);
        // Told what it is refused as.
        let mut command = store.begin(name);
        act(&mut command, &store.shelves, &stale);
        command.or(Code::CartFull);
        refused_as(command.settle().await, Code::CartFull);
        assert_eq!(
            store.notebook.stage.cloud.snapshot(|_| true),
            before,
            "{name}"
        );
    }
    assert_eq!(store.notebook.stage.cloud.take_stream().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_first_condition_that_fails_says_why() {
    let store = Store::new();
    store.insert(&shelf("a", 1)).await;
    store.insert(&shelf("b", 1)).await;
    let both = |command: &mut Command| {
        command
            .insert(&store.shelves, &shelf("c", 1))
            .or(Code::SkuTaken);
        command
            .insert(&store.shelves, &shelf("b", 1))
            .or(Code::HandleTaken);
        command
            .insert(&store.shelves, &shelf("a", 1))
            .or(Code::EmailTaken);
    };
    let mut command = store.begin("both");
    both(&mut command);
    refused_as(command.settle().await, Code::HandleTaken);

    // And all of them, with what stands there, for who decides by it.
    let mut command = store.begin("both");
    both(&mut command);
    let Err(Refused::Conditions(failed)) = command.attempt().await else {
        panic!("it is refused");
    };
    let found = failed.into_iter().map(|(place, item)| {
        let found = dynamo::item::decode::<Shelf>(item.expect("the item as it was"));
        (place, found.expect("a shelf").value.name)
    });
    assert_eq!(
        found.collect::<Vec<_>>(),
        [(1, "b".to_owned()), (2, "a".to_owned())]
    );
}

#[tokio::test(start_paused = true)]
async fn a_change_is_arithmetic_at_the_store() {
    let store = Store::new();
    let born = store.insert(&shelf("a", 5)).await;
    let take = |number: u64| {
        let change = Change::set("#p = #p - :n")
            .when("#p >= :n")
            .name("#p", "pieces");
        change.number(":n", number)
    };
    for (key_of_it, number, left) in [("1", 2, 3), ("2", 3, 0)] {
        let mut command = store.begin(key_of_it);
        command.change(&store.shelves, &key("a"), take(number));
        assert_eq!(command.settle().await.ok(), Some(Settled::Now));
        assert_eq!(store.read("a").await.pieces, left);
    }
    let changed = store.read("a").await;
    assert_eq!((changed.rev, changed.created_at), (3, born.created_at));
    assert_eq!(changed.updated_at, store.platform.clock.now());

    // What is not there is not made by changing it.
    let mut command = store.begin("3");
    command.change(&store.shelves, &key("nowhere"), take(0));
    is_contention(command.settle().await);
    assert_eq!(store.notebook.items("shelf").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_attribute_can_be_removed() {
    let store = Store::new();
    store
        .insert(&Shelf {
            ends_at: Some(Timestamp::from_second(9)),
            ..shelf("a", 5)
        })
        .await;
    let mut command = store.begin("1");
    let change = Change::set("pieces = :n").number(":n", 6_u64);
    command.change(
        &store.shelves,
        &key("a"),
        change.remove("ends_at, expires_at"),
    );
    command.settle().await.expect("changed");
    let item = store.item();
    assert_eq!(
        (&item["pieces"], item.get("ends_at"), item.get("expires_at")),
        (&json!(6), None, None)
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_read_can_be_required_and_deleted() {
    let store = Store::new();
    let (a, b) = (
        store.insert(&shelf("a", 1)).await,
        store.insert(&shelf("b", 1)).await,
    );
    let mut command = store.begin("1");
    command
        .require(&store.shelves, &a)
        .delete(&store.shelves, &b);
    assert_eq!(command.settle().await.ok(), Some(Settled::Now));
    let left = store.notebook.items("shelf");
    assert_eq!(
        (left.len(), &left[0]["name"], &left[0]["rev"]),
        (1, &json!("a"), &json!(1))
    );
    let mut command = store.begin("2");
    command.delete(&store.shelves, &b);
    is_contention(command.settle().await);
}

#[tokio::test(start_paused = true)]
async fn a_command_is_carried_out_once() {
    let store = Store::new();
    let commands = store.platform.commands("notebook");
    let intent = intent(store.platform, "once");
    assert_eq!(commands.is_done(&intent).await.ok(), Some(false));
    for settled in [Settled::Now, Settled::Before, Settled::Before] {
        let mut command = commands.begin(&intent);
        command.insert(&store.shelves, &shelf("a", 1));
        assert_eq!(command.settle().await.ok(), Some(settled));
        assert_eq!(commands.is_done(&intent).await.ok(), Some(true));
    }
    assert_eq!(
        (store.records().len(), store.item()["rev"].clone()),
        (1, json!(1))
    );
}

#[tokio::test(start_paused = true)]
async fn personal_values_lie_in_their_table_alone() {
    let store = Store::new();
    let subject: CustomerId = store.notebook.stage.customer();
    let keeper = Some(Personal::new(subject, "Rosa Ruiz".to_owned()));
    let kept = Shelf {
        keeper,
        ..shelf("a", 1)
    };
    let read = store.insert(&kept).await;
    assert_eq!(read.value, kept);
    assert_eq!(
        store.item()["keeper"],
        json!({ "subject": subject, "value": "Rosa Ruiz" })
    );

    let mut command = store.begin("update");
    command.update(
        &store.shelves,
        &read,
        &Shelf {
            pieces: 2,
            ..kept.clone()
        },
    );
    command.audit("shelf.fill", "a");
    command.settle().await.expect("updated");
    let records = Value::from(store.records()).to_string();
    assert!(!records.contains("Rosa"), "{records}");
    assert!(!format!("{read:?}").contains("Rosa"));
    // Neither a reply nor an event can show it by accident.
    assert!(serde_json::to_string(&kept).is_err());
    assert!(Reply::json(200, &kept).is_err());
}

#[tokio::test(start_paused = true)]
async fn the_audit_log_says_who_did_what_and_how_to_prove_it() {
    let store = Store::new();
    let read = store.insert(&shelf("a", 1)).await;
    let mut command = store.begin("update");
    command
        .update(&store.shelves, &read, &shelf("a", 2))
        .audit("shelf.fill", "a");
    command.settle().await.expect("updated");
    let read = store.read("a").await;
    let mut command = store.begin("delete");
    command
        .delete(&store.shelves, &read)
        .audit("shelf.take-down", "a");
    command.settle().await.expect("deleted");

    let audit = |key: &str| {
        let records = store.records();
        let record = records.into_iter().find(|record| record["key"] == key);
        record
            .map(|mut record| record["audit"].take())
            .unwrap_or_default()
    };
    let (put_up, fill, take_down) = (audit("insert a"), audit("update"), audit("delete"));
    assert_eq!(
        (&put_up["action"], &put_up["subject"]),
        (&json!("shelf.put-up"), &json!("a"))
    );
    assert_eq!(put_up["actor"], json!({ "kind": "system", "id": "test" }));
    assert_eq!(put_up["correlation_id"], "chain-1");
    // What one command wrote is what the next one replaced.
    assert_eq!(
        (put_up.get("before"), &put_up["after"]),
        (None, &fill["before"])
    );
    assert_eq!(
        (&fill["after"], take_down.get("after")),
        (&take_down["before"], None)
    );
    assert_ne!(fill["before"], fill["after"]);
    let digest = fill["after"].as_str().unwrap_or_default();
    assert!(
        digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{digest}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_item_of_an_older_shape_is_read_and_written_as_the_present_one() {
    let store = Store::new();
    let old = json!({
        "pk": "shelf#old", "sk": "shelf", "kind": "shelf", "schema": 1, "rev": 7, "name": "old", "count": 4,
        "created_at": "2025-01-01T00:00:00.000Z", "updated_at": "2025-06-01T00:00:00.000Z",
    });
    store.notebook.stage.cloud.put("notebook-notes", &old);
    let read = store.read("old").await;
    assert_eq!((read.pieces, read.rev), (4, 7));
    let mut command = store.begin("update");
    command.update(&store.shelves, &read, &shelf("old", 5));
    command.settle().await.expect("updated");
    let item = store.item();
    let said = ["schema", "rev", "pieces", "created_at"].map(|name| item[name].clone());
    assert_eq!(
        said,
        [
            json!(2),
            json!(8),
            json!(5),
            json!("2025-01-01T00:00:00.000Z")
        ]
    );
    assert_eq!(item.get("count"), None);
}

#[tokio::test(start_paused = true)]
async fn what_is_too_large_is_refused_whole() {
    let store = Store::new();
    let event = |length: usize| NoteWritten {
        text: "x".repeat(length),
        ..NoteWritten::example()
    };
    let mut command = store.begin("event");
    command
        .insert(&store.shelves, &shelf("a", 1))
        .publish(1, &event(65_536));
    refused_as(command.settle().await, Code::Internal);

    let mut command = store.begin("reply");
    command.insert(&store.shelves, &shelf("a", 1));
    let reply: Reply<()> = Reply::from_parts(200, Some("text/plain"), vec![b'x'; 256 * 1024 + 1]);
    let answer = command
        .commit(reply)
        .await
        .map_err(|problem| problem.code());
    assert_eq!(answer, Err(Code::Internal));
    assert!(store.records().is_empty() && store.notebook.items("shelf").is_empty());

    let mut command = store.begin("event");
    command
        .insert(&store.shelves, &shelf("a", 1))
        .publish(1, &event(64_000));
    assert_eq!(command.settle().await.ok(), Some(Settled::Now));
}

#[tokio::test(start_paused = true)]
async fn records_of_requests_stay_two_days_and_those_of_events_outlive_every_replay() {
    let store = Store::new();
    let now = store.platform.clock.now().as_second();
    for (key, hash, days) in [("event", None, 35), ("request", Some("00".to_owned()), 2)] {
        let intent = Intent {
            request_hash: hash,
            ..intent(store.platform, key)
        };
        let command = store.platform.commands("notebook").begin(&intent);
        let reply: Reply<()> = Reply::from_parts(204, None, Vec::new());
        command.commit(reply).await.expect("done");
        let records = store.records();
        let record = records
            .iter()
            .find(|record| record["key"] == key)
            .expect("a record");
        assert_eq!(record["expires_at"], json!(now + days * 86_400), "{key}");
        assert_eq!(
            (&record["kind"], &record["pk"]),
            (&json!("command"), &json!(format!("cmd#test#{key}")))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn events_are_recorded_in_order_with_all_that_is_known_of_them() {
    let store = Store::new();
    let mut command = store.begin("events");
    for (revision, text) in [(3, "first"), (4, "second")] {
        let event = NoteWritten {
            text: text.to_owned(),
            ..NoteWritten::example()
        };
        command.publish(revision, &event);
    }
    command.settle().await.expect("published");
    let events = store.records()[0]["events"].take();
    let read = |place: usize| -> Value {
        assert_eq!(events[place]["type"], "note.written.v1");
        serde_json::from_str(events[place]["detail"].as_str().unwrap_or_default())
            .unwrap_or_default()
    };
    let (mut first, mut second) = (read(0), read(1));
    assert_ne!(first["metadata"]["id"], second["metadata"]["id"]);
    let id = first["metadata"]["id"].take();
    assert!(id.as_str().is_some_and(|id| id.starts_with("evt_")), "{id}");
    let note = NoteWritten::example().id;
    let metadata = json!({
        "id": null, "type": "note.written.v1", "schema": "events/note.written.v1.schema.json",
        "time": store.platform.clock.now(),
        "aggregate": { "kind": "note", "id": note, "revision": 3 },
        "correlation_id": "chain-1", "causation_id": "cause-1",
        "actor": { "kind": "system", "id": "test" },
    });
    assert_eq!(
        first,
        json!({ "metadata": metadata, "data": { "id": note, "text": "first" } })
    );
    assert_eq!(second["metadata"]["aggregate"]["revision"].take(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_item_that_lacks_what_every_item_carries_is_our_fault() {
    let store = Store::new();
    for (missing, value) in [
        ("rev", Value::Null),
        ("schema", json!("2")),
        ("created_at", json!("yesterday")),
    ] {
        let mut item = json!({
            "pk": "shelf#a", "sk": "shelf", "kind": "shelf", "schema": 2, "rev": 1, "name": "a", "pieces": 1,
            "created_at": "2026-01-01T00:00:00.000Z", "updated_at": "2026-01-01T00:00:00.000Z",
        });
        item[missing] = value;
        store.notebook.stage.cloud.put("notebook-notes", &item);
        let read = store.shelves.get::<Shelf>(&key("a")).await;
        assert_eq!(
            read.map_err(|problem| problem.code()),
            Err(Code::Internal),
            "{missing}"
        );
    }
}
