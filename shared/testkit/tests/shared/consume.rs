//! Messages: each has one effect, trouble that passes is waited for, and what never can succeed is laid aside.

use contracts::Event as _;
use serde_json::{Value, json};
use testkit::{Ended, Fault, Lambda};

use crate::notes::{NoteWritten, Notebook, message};

/// The text of a message with an event of this number.
fn event(notebook: &Notebook, number: u64) -> String {
    let id = kernel::Ids::seeded(number).fresh::<kernel::EventId>(notebook.stage.clock.now());
    message(&id.to_string(), &NoteWritten::example()).to_string()
}

async fn deliver(consumer: &Lambda, body: &str, received: u32) -> bool {
    consumer
        .deliver("m-1", body, received)
        .await
        .expect("an answer")
}

/// The messages that are laid aside.
fn dead(notebook: &Notebook) -> Vec<testkit::Message> {
    notebook.stage.cloud.take_messages("notes-dlq")
}

#[tokio::test(start_paused = true)]
async fn an_event_that_comes_thrice_is_done_once() {
    let notebook = Notebook::new();
    let count = notebook.start("count-on-note-written").await;
    for received in 1..=3 {
        assert!(deliver(&count, &event(&notebook, 1), received).await);
        assert_eq!(notebook.counted(), 1);
    }
    assert!(deliver(&count, &event(&notebook, 2), 1).await);
    assert_eq!((notebook.counted(), notebook.records().len()), (2, 2));
    assert!(dead(&notebook).is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_event_that_comes_twice_at_once_is_done_once() {
    for seed in 1..=10 {
        let notebook = Notebook::seeded(seed);
        let count = notebook.start("count-on-note-written").await;
        let again = notebook.start("count-on-note-written").await;
        let (body, other) = (event(&notebook, 1), event(&notebook, 2));
        let taken = tokio::join!(
            deliver(&count, &body, 1),
            deliver(&again, &body, 2),
            deliver(&again, &other, 1),
        );
        assert_eq!(taken, (true, true, true), "seed {seed}");
        assert_eq!(notebook.counted(), 2, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn contention_is_decided_anew_on_the_spot() {
    let notebook = Notebook::new().with("TROUBLE", "contention contention");
    let count = notebook.start("count-on-note-written").await;
    notebook.stage.cloud.fault(1, Fault::Conflict);
    assert!(deliver(&count, &event(&notebook, 1), 1).await);
    assert_eq!(notebook.counted(), 1);
    assert!(!notebook.stage.cloud.heal() && notebook.stage.cloud.take_waits().is_empty());

    let notebook = Notebook::new().with("TROUBLE", &"contention ".repeat(6));
    let count = notebook.start("count-on-note-written").await;
    assert!(
        !deliver(&count, &event(&notebook, 1), 1).await,
        "the queue tries again"
    );
    assert!(dead(&notebook).is_empty());
}

#[tokio::test(start_paused = true)]
async fn our_own_trouble_is_waited_for_longer_each_time() {
    for (received, seconds) in [(1, 1), (2, 2), (3, 4), (5, 16), (7, 64), (50, 64)] {
        for trouble in ["unavailable", "internal"] {
            let notebook = Notebook::new().with("TROUBLE", trouble);
            let count = notebook.start("count-on-note-written").await;
            assert!(!deliver(&count, &event(&notebook, 1), received).await);
            let waits = notebook.stage.cloud.take_waits();
            assert!(
                waits.len() == 1 && (seconds..=2 * seconds).contains(&waits[0].1),
                "{waits:?}"
            );
            assert!(dead(&notebook).is_empty());
            // It passes.
            assert!(deliver(&count, &event(&notebook, 1), received + 1).await);
            assert_eq!(notebook.counted(), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_cannot_be_put_off_comes_back_by_itself() {
    let notebook = Notebook::new();
    let count = notebook.start("count-on-note-written").await;
    notebook.stage.cloud.outage(0, Fault::Unreachable);
    assert!(!deliver(&count, &event(&notebook, 1), 1).await);
    notebook.stage.cloud.heal();
    assert!(notebook.stage.cloud.take_waits().is_empty());
    assert!(deliver(&count, &event(&notebook, 1), 2).await);
    assert_eq!(notebook.counted(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_event_is_laid_aside_with_the_reason() {
    let notebook = Notebook::new().with("TROUBLE", "refusal");
    let count = notebook.start("count-on-note-written").await;
    let body = event(&notebook, 1);
    assert!(deliver(&count, &body, 1).await, "it holds up nothing");
    let dead = dead(&notebook);
    assert_eq!(
        (dead.len(), &dead[0].body),
        (1, &body),
        "as it came, to be sent again"
    );
    let id =
        serde_json::from_str::<Value>(&body).unwrap_or_default()["detail"]["metadata"]["id"].take();
    let attributes = json!({
        "reason": "order_not_shippable", "function": "count-on-note-written", "event_id": id,
    });
    assert_eq!(json!(dead[0].attributes), attributes);
    assert_eq!(notebook.counted(), 0);
    assert!(notebook.stage.cloud.take_waits().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_no_event_for_this_function_is_laid_aside() {
    let notebook = Notebook::new();
    let count = notebook.start("count-on-note-written").await;
    let good: Value = serde_json::from_str(&event(&notebook, 1)).unwrap_or_default();
    let with = |pointer: &str, value: Value| {
        let mut bent = good.clone();
        *bent.pointer_mut(pointer).expect("a member") = value;
        bent.to_string()
    };
    let bodies = [
        "not JSON".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        json!({ "detail-type": "note.written.v1" }).to_string(),
        with("/detail", json!({})),
        with("/detail/data", json!({ "text": "no id" })),
        with("/detail/data/id", json!("ord_1")),
        with("/detail/metadata/id", json!("evt_1")),
        // SQS takes neither as an attribute.
        with("/detail/metadata/id", json!("")),
        with("/detail/metadata/type", json!("note.\u{1}.v1")),
        with("/detail/metadata/type", json!("note.changed.v1")),
        with("/detail-type", json!("note.changed.v1")),
    ];
    for body in bodies {
        assert!(deliver(&count, &body, 1).await, "{body}");
        let dead = dead(&notebook);
        assert_eq!((dead.len(), &dead[0].body), (1, &body));
        assert!(
            dead[0].attributes["reason"].starts_with("validation_failed: "),
            "{body}"
        );
        assert_ne!(dead[0].attributes["event_id"], "");
    }
    assert_eq!((notebook.counted(), notebook.records().len()), (0, 0));
    // Members that came later are none of its business.
    let mut newer = good.clone();
    newer["detail"]["data"]["colour"] = json!("blue");
    newer["detail"]["metadata"]["region"] = json!("eu");
    assert!(deliver(&count, &newer.to_string(), 1).await);
    assert_eq!((notebook.counted(), dead(&notebook).len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_cannot_be_laid_aside_is_kept() {
    for (setting, outage) in [(true, true), (false, false)] {
        let notebook = Notebook::new();
        let notebook = if setting {
            notebook
        } else {
            notebook.with("DLQ_URL", "")
        };
        let count = notebook.start("count-on-note-written").await;
        if outage {
            notebook.stage.cloud.outage(0, Fault::Unreachable);
        }
        let taken = deliver(&count, "not JSON", 1).await;
        notebook.stage.cloud.heal();
        assert_eq!((taken, dead(&notebook).len()), (false, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn one_bad_message_does_not_fail_its_batch() {
    let notebook = Notebook::new().with("TROUBLE", "none-of-it unavailable");
    let count = notebook.start("count-on-note-written").await;
    let record = |id: &str, body: String| {
        json!({
            "messageId": id, "receiptHandle": id, "body": body, "eventSource": "aws:sqs",
            "attributes": { "ApproximateReceiveCount": "1" },
        })
    };
    let records = [
        record("refused", event(&notebook, 1)),
        record("unavailable", event(&notebook, 2)),
        record("good", event(&notebook, 3)),
        record("unreadable", "?".to_owned()),
        record("twice", event(&notebook, 3)),
    ];
    let answer = count
        .invoke(json!({ "Records": records }))
        .await
        .expect("an answer");
    assert_eq!(
        answer,
        json!({ "batchItemFailures": [{ "itemIdentifier": "unavailable" }] })
    );
    assert_eq!((notebook.counted(), dead(&notebook).len()), (1, 2));
    let none = count
        .invoke(json!({ "Records": [] }))
        .await
        .expect("an answer");
    assert_eq!(none, json!({ "batchItemFailures": [] }));
}

#[tokio::test(start_paused = true)]
async fn an_event_is_done_once_whatever_happens_to_its_calls() {
    for fault in Fault::ALL {
        for number in 0..3 {
            let notebook = Notebook::new();
            let count = notebook.start("count-on-note-written").await;
            notebook.stage.cloud.fault(number, fault);
            let taken = count.deliver("m-1", &event(&notebook, 1), 1).await;
            notebook.stage.cloud.heal();
            let killed = fault.kills() && number < 2;
            // What the SDK does not repeat, the queue does.
            let is_repeated = Fault::SORTS.contains(&fault);
            let as_expected = match &taken {
                Ok(taken) => !killed && (*taken || !is_repeated),
                Err(ended) => killed && matches!(ended, Ended::Killed),
            };
            assert!(as_expected, "{fault:?} at {number}: {taken:?}");
            let again = notebook.start("count-on-note-written").await;
            assert!(deliver(&again, &event(&notebook, 1), 2).await);
            assert_eq!(notebook.counted(), 1, "{fault:?} at {number}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn work_of_a_queue_is_done_once_by_message() {
    let notebook = Notebook::new().with("TROUBLE", "unavailable");
    let work = notebook.start("count-work").await;
    let body = json!({ "text": "work" }).to_string();
    assert!(!deliver(&work, &body, 1).await);
    for received in 2..=4 {
        assert!(deliver(&work, &body, received).await);
    }
    assert_eq!(notebook.counted(), 1);
    // Another message with the same text is other work.
    assert!(matches!(work.deliver("m-2", &body, 1).await, Ok(true)));
    assert_eq!(notebook.counted(), 2);

    for malformed in ["?", "{}", r#"{"text":""}"#, r#"{"text":"work","more":1}"#] {
        assert!(deliver(&work, malformed, 1).await);
        let dead = dead(&notebook);
        assert_eq!(dead.len(), 1, "{malformed}");
        assert_eq!(dead[0].attributes["event_id"], "m-1");
    }
}
