//! A service's outbox on its way to the bus.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Fault, Lambda, stream};

use crate::notes::{Notebook, write};

/// The relay, and the command records of notes with these texts.
async fn written(texts: &[&str]) -> (Notebook, Lambda, Vec<Value>) {
    let notebook = Notebook::new();
    let create = notebook.start("create-note").await;
    for text in texts {
        notebook.stage.clock.advance(Duration::from_secs(1));
        create.send(write(&notebook.someone(), text)).await;
    }
    let images = notebook
        .stage
        .cloud
        .take_stream()
        .into_iter()
        .map(|record| record.image);
    let images: Vec<Value> = images.collect();
    assert_eq!(images.len(), texts.len());
    let relay = notebook.start("relay-notebook-events").await;
    (notebook, relay, images)
}

async fn carry(relay: &Lambda, payload: Value) -> Vec<Value> {
    let answer = relay.invoke(payload).await.expect("an answer");
    let failed = answer["batchItemFailures"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    failed
        .into_iter()
        .map(|item| item["itemIdentifier"].clone())
        .collect()
}

/// The texts of the events on the bus, and their ids.
fn published(notebook: &Notebook) -> (Vec<Value>, Vec<Value>) {
    let events = notebook.stage.cloud.take_bus().into_iter();
    let told = |event: testkit::BusEvent| {
        assert_eq!(
            (event.source.as_str(), event.detail_type.as_str()),
            ("notebook", "note.written.v1")
        );
        (
            event.detail["data"]["text"].clone(),
            event.detail["metadata"]["id"].clone(),
        )
    };
    events.map(told).unzip()
}

#[tokio::test(start_paused = true)]
async fn events_are_published_in_order_and_counted() {
    let (notebook, relay, images) = written(&["a", "b", "c"]).await;
    notebook.stage.take_log();
    assert!(carry(&relay, stream(&images)).await.is_empty());
    assert_eq!(published(&notebook).0, ["a", "b", "c"]);
    let log = notebook.stage.take_log();
    // The oldest of them was written two seconds before.
    assert_eq!(
        (
            log.len(),
            &log[0]["note.written.v1"],
            &log[1]["audit_lag_ms"]
        ),
        (2, &json!(3), &json!(2_000)),
        "{log:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_relayed_twice_keeps_its_ids() {
    let (notebook, relay, images) = written(&["a", "b"]).await;
    carry(&relay, stream(&images)).await;
    carry(&relay, stream(&images)).await;
    let (_, ids) = published(&notebook);
    assert_eq!(ids[..2], ids[2..]);
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test(start_paused = true)]
async fn events_that_the_bus_refuses_are_offered_again() {
    for refused in 1..=2 {
        let (notebook, relay, images) = written(&["a", "b"]).await;
        notebook.stage.cloud.refuse_events(refused);
        assert!(carry(&relay, stream(&images)).await.is_empty());
        assert_eq!(published(&notebook).0, ["a", "b"], "{refused} refused");
    }
}

#[tokio::test(start_paused = true)]
async fn it_stops_at_the_first_record_that_it_cannot_publish() {
    let (notebook, relay, images) = written(&["a", "b", "c"]).await;
    notebook.stage.cloud.refuse_events(3);
    assert_eq!(carry(&relay, stream(&images)).await, ["seq-0"]);
    assert!(published(&notebook).0.is_empty(), "nothing overtakes");

    // Now the second: the bus refuses it thrice.
    notebook.stage.cloud.refuse_events(0);
    let first = stream(&images[..1]);
    assert!(carry(&relay, first).await.is_empty());
    notebook.stage.cloud.refuse_events(3);
    assert_eq!(carry(&relay, stream(&images[1..])).await, ["seq-0"]);
    assert_eq!(published(&notebook).0, ["a"]);
    assert_eq!(numbers(&notebook), [1]);
    // Lambda starts again from there.
    assert!(carry(&relay, stream(&images[1..])).await.is_empty());
    assert_eq!(published(&notebook).0, ["b", "c"]);
    assert_eq!(numbers(&notebook), [1, 2, 3]);
}

/// The numbers of the entries in the audit log.
fn numbers(notebook: &Notebook) -> Vec<u64> {
    let items = notebook.stage.cloud.items("notebook-audit").into_iter();
    let mut numbers: Vec<u64> = items
        .filter(|item| item["kind"] == "audit-entry")
        .filter_map(|item| item["number"].as_u64())
        .collect();
    numbers.sort_unstable();
    numbers
}

#[tokio::test(start_paused = true)]
async fn what_the_audit_log_could_not_be_told_comes_again_from_its_first() {
    let (notebook, relay, images) = written(&["a", "b", "c"]).await;
    // The events are out; then nothing goes any more.
    notebook.stage.cloud.outage(3, Fault::Unreachable);
    assert_eq!(carry(&relay, stream(&images)).await, ["seq-0"]);
    notebook.stage.cloud.heal();
    assert!(numbers(&notebook).is_empty());
    assert!(carry(&relay, stream(&images)).await.is_empty());
    assert_eq!(numbers(&notebook), [1, 2, 3]);
    let texts = published(&notebook).0;
    assert_eq!(texts, ["a", "b", "c", "a", "b", "c"]);
}

#[tokio::test(start_paused = true)]
async fn two_hundred_and_fifty_entries_are_three_appends() {
    let texts: Vec<String> = (0..250).map(|number| number.to_string()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (notebook, relay, images) = written(&texts).await;
    notebook.stage.cloud.take_calls();
    assert!(carry(&relay, stream(&images)).await.is_empty());
    let calls = notebook.stage.cloud.take_calls();
    let appends = calls
        .iter()
        .filter(|call| call.operation == "TransactWriteItems");
    assert_eq!(appends.count(), 3);
    assert_eq!(numbers(&notebook), (1..=250).collect::<Vec<u64>>());
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_publishes_twice_rather_than_never() {
    let (notebook, relay, images) = written(&["a"]).await;
    notebook.stage.cloud.fault(0, Fault::LostReply);
    assert!(carry(&relay, stream(&images)).await.is_empty());
    let (texts, ids) = published(&notebook);
    assert_eq!(texts, ["a", "a"]);
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_new_command_record_is_passed_over() {
    let (notebook, relay, images) = written(&["a", "b"]).await;
    let mut payload = stream(&images);
    payload["Records"][0]["dynamodb"]["NewImage"]["kind"] = json!({ "S": "note" });
    payload["Records"][1]["eventName"] = json!("REMOVE");
    assert!(carry(&relay, payload).await.is_empty());
    assert!(published(&notebook).0.is_empty());

    // A record that says it is one and cannot be read holds the shard, so that nothing is lost.
    let mut payload = stream(&images);
    payload["Records"][0]["dynamodb"]["NewImage"]["events"] = json!({ "S": "bent" });
    assert_eq!(carry(&relay, payload).await, ["seq-0"]);
    assert!(published(&notebook).0.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_command_without_events_publishes_none() {
    let notebook = Notebook::new();
    let platform = notebook.platform();
    let intent = crate::command::intent(platform, "k-1");
    let done = platform.commands("notebook").begin(&intent).settle().await;
    assert!(done.is_ok(), "{done:?}");
    let images: Vec<Value> = notebook
        .stage
        .cloud
        .take_stream()
        .into_iter()
        .map(|record| record.image)
        .collect();
    let relay = notebook.start("relay-notebook-events").await;
    assert!(carry(&relay, stream(&images)).await.is_empty());
    assert!(published(&notebook).0.is_empty());
}
