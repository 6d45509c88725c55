//! A request with a key is done once, however often it is sent and whatever happens to it.

use std::{collections::HashSet, rc::Rc, time::Duration};

use proptest::prelude::*;
use serde_json::{Value, json};
use testkit::{Answer, Ask, Ended, Fault};

use crate::notes::{Notebook, place, refused, waited_for, write};

/// Whether an answer is another's to the last byte, as a replay.
fn replays(answer: &Answer, first: &Answer) {
    let told = |answer: &Answer| {
        let headers =
            ["etag", "location", "content-type"].map(|name| answer.header(name).to_owned());
        (answer.status, answer.text.clone(), headers)
    };
    assert_eq!(told(answer), told(first));
    assert_eq!(
        (
            answer.header("idempotency-replayed"),
            first.header("idempotency-replayed")
        ),
        ("true", "")
    );
}

#[tokio::test(start_paused = true)]
async fn the_same_request_gets_the_same_bytes_and_has_one_effect() {
    let notebook = Notebook::new();
    let create = notebook.start("create-note").await;
    let ask = write(&notebook.someone(), "Milk").key("k-1");
    let first = create.send(ask.clone()).await;
    assert_eq!(first.status, 201);
    for _ in 0..3 {
        notebook.stage.clock.advance(Duration::from_mins(1));
        replays(&create.send(ask.clone()).await, &first);
    }
    assert_eq!(
        (
            notebook.items("note").len(),
            notebook.counted(),
            notebook.records().len()
        ),
        (1, 1, 1)
    );
    assert_eq!(notebook.stage.cloud.take_stream().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_belongs_to_one_request() {
    let notebook = Notebook::new();
    let create = notebook.start("create-note").await;
    let someone = notebook.someone();
    let first = create.send(write(&someone, "Milk").key("k-1")).await;
    assert_eq!(first.status, 201);
    let asked_differently = Ask::post("/v1/notes?loud=1").by(&someone).key("k-1");
    for other in [
        write(&someone, "Bread").key("k-1"),
        asked_differently.json(&json!({ "text": "Milk" })),
        // The bytes count, not what they mean.
        Ask::post("/v1/notes")
            .by(&someone)
            .key("k-1")
            .body("application/json", r#"{"text": "Milk"}"#),
    ] {
        refused(&create.send(other).await, 422, "idempotency_key_reused");
    }
    assert_eq!(notebook.counted(), 1);
    // Nor does a wrong one cost the right one its reply.
    replays(
        &create.send(write(&someone, "Milk").key("k-1")).await,
        &first,
    );
}

#[tokio::test(start_paused = true)]
async fn a_refused_request_leaves_its_key_free() {
    let notebook = Notebook::new().with("TROUBLE", "refusal internal");
    let create = notebook.start("create-note").await;
    let ask = write(&notebook.someone(), "Milk").key("k-1");
    refused(&create.send(ask.clone()).await, 409, "order_not_shippable");
    refused(&create.send(ask.clone()).await, 500, "internal");
    assert_eq!(create.send(ask).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn a_route_says_whether_it_takes_a_key() {
    let notebook = Notebook::new().with("IDEMPOTENCY", "required");
    let create = notebook.start("create-note").await;
    let someone = notebook.someone();
    refused(
        &create.send(write(&someone, "Milk")).await,
        400,
        "idempotency_key_required",
    );
    let long = "k".repeat(256);
    for wrong in ["", &long, "k\tk", "schlüssel"] {
        let answer = create.send(write(&someone, "Milk").key(wrong)).await;
        refused(&answer, 400, "invalid_idempotency_key");
    }
    assert!(notebook.records().is_empty());
    for right in [&long[1..], " ", "k#1/~", "\"quoted\""] {
        assert_eq!(
            create.send(write(&someone, "Milk").key(right)).await.status,
            201,
            "{right}"
        );
    }

    let notebook = notebook.with("IDEMPOTENCY", "optional");
    let create = notebook.start("create-note").await;
    for _ in 0..2 {
        assert_eq!(create.send(write(&someone, "Milk")).await.status, 201);
    }
    // Where none is taken, one that is sent says nothing.
    let notebook = notebook.with("IDEMPOTENCY", "none");
    let create = notebook.start("create-note").await;
    for _ in 0..2 {
        let answer = create.send(write(&someone, "Milk").key("k-2")).await;
        assert_eq!(
            (answer.status, answer.header("idempotency-replayed")),
            (201, "")
        );
    }
    assert_eq!(notebook.counted(), 8);
}

#[tokio::test(start_paused = true)]
async fn callers_with_the_same_key_are_apart() {
    let notebook = Notebook::new();
    let create = notebook.start("create-note").await;
    let (one, other) = (notebook.someone(), notebook.someone());
    let ones = create.send(write(&one, "Milk").key("k-1")).await;
    let others = create.send(write(&other, "Milk").key("k-1")).await;
    assert_ne!(place(&ones), place(&others));
    // So are the functions that one caller calls with it.
    let delete = notebook.start("delete-note").await;
    let ask = Ask::new("DELETE", &place(&ones)).by(&one).key("k-1");
    assert_eq!(delete.send(ask).await.status, 204);
    assert_eq!(notebook.items("note").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn callers_without_an_account_never_get_anothers_reply() {
    let notebook = Notebook::new().with("ALLOW", "public");
    let create = notebook.start("create-note").await;
    let ask = |text: &str| {
        Ask::post("/v1/notes")
            .key("k-1")
            .json(&json!({ "text": text }))
    };
    let milk = create.send(ask("Milk")).await;
    let bread = create.send(ask("Bread")).await;
    assert_ne!(place(&milk), place(&bread));
    replays(&create.send(ask("Milk")).await, &milk);
    // Two guests may well send the same: their carts tell them apart.
    let guest = create
        .send(ask("Milk").header("x-cart-token", "cart-1"))
        .await;
    assert_ne!(place(&guest), place(&milk));
    // Nor does who has no link to an order meet the answer to one who has.
    let linked = create
        .send(ask("Milk").header("x-order-token", "link-1"))
        .await;
    assert_ne!(place(&linked), place(&milk));
    assert_eq!(notebook.counted(), 4);
}

#[tokio::test(start_paused = true)]
async fn twenty_at_once_are_one() {
    for seed in 1..=10 {
        let notebook = Notebook::seeded(seed);
        let create = notebook.start("create-note").await;
        let ask = write(&notebook.someone(), "Milk").key("k-1");
        let answers = Rc::new(create).at_once(vec![ask; 20]).await;
        let made: Vec<_> = answers
            .iter()
            .filter(|answer| answer.status == 201)
            .collect();
        assert!(
            made.iter().all(|answer| answer.text == made[0].text),
            "seed {seed}"
        );
        let first = made
            .iter()
            .filter(|answer| answer.header("idempotency-replayed").is_empty());
        assert_eq!(first.count(), 1, "seed {seed}");
        assert!(
            answers
                .iter()
                .all(|answer| matches!(answer.status, 201 | 409)),
            "seed {seed}"
        );
        assert_eq!(
            (notebook.items("note").len(), notebook.counted()),
            (1, 1),
            "seed {seed}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn twenty_that_change_the_same_thing_lose_nothing() {
    for seed in 1..=5 {
        let notebook = Notebook::seeded(seed);
        let create = notebook.start("create-note").await;
        let someone = notebook.someone();
        let asks = (0..20).map(|number| write(&someone, "Milk").key(&number.to_string()));
        let answers = Rc::new(create).at_once(asks.collect()).await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        assert!(
            made > 0
                && answers
                    .iter()
                    .all(|answer| matches!(answer.status, 201 | 409))
        );
        let tally = notebook.items("tally").remove(0);
        assert_eq!(
            (&tally["number"], &tally["rev"]),
            (&json!(made), &json!(made)),
            "seed {seed}"
        );
        assert_eq!(notebook.items("note").len(), made, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_reply_outlives_what_it_was_about() {
    let notebook = Notebook::new();
    let create = notebook.start("create-note").await;
    let change = notebook.start("change-note").await;
    let delete = notebook.start("delete-note").await;
    let someone = notebook.someone();
    let made = create.send(write(&someone, "Milk").key("make")).await;
    let patch = |text: &str| {
        let ask = Ask::new("PATCH", &place(&made)).by(&someone).key(text);
        ask.json(&json!({ "text": text }))
    };
    let bread = patch("Bread").header("if-match", "\"1\"");
    let changed = change.send(bread.clone()).await;
    assert_eq!(changed.body["text"], "Bread");
    let salt = change.send(patch("Salt").header("if-match", "\"2\"")).await;
    assert_eq!(salt.status, 200);

    // It is at version 3 now: sent anew this would be refused, sent again it was done.
    replays(&change.send(bread.clone()).await, &changed);
    let remove = Ask::new("DELETE", &place(&made)).by(&someone).key("remove");
    let removed = delete.send(remove.clone()).await;
    assert_eq!((removed.status, removed.text.as_str()), (204, ""));
    replays(&delete.send(remove).await, &removed);
    replays(&change.send(bread).await, &changed);
    replays(
        &create.send(write(&someone, "Milk").key("make")).await,
        &made,
    );
    assert!(notebook.items("note").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_reply_is_kept_for_a_day() {
    let notebook = Notebook::new();
    let create = notebook.start("create-note").await;
    let customer = notebook.stage.customer();
    let ask = || {
        let token = notebook.stage.token(customer, &[kernel::Role::Customer]);
        write(&token, "Milk").key("k-1")
    };
    let first = create.send(ask()).await;
    notebook.stage.clock.advance(Duration::from_hours(24));
    replays(&create.send(ask()).await, &first);
    notebook.stage.clock.advance(Duration::from_millis(1));
    refused(&create.send(ask()).await, 422, "idempotency_key_reused");
    assert_eq!(notebook.counted(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_passes_is_not_noticed() {
    for fault in [
        Fault::LostReply,
        Fault::Unreachable,
        Fault::Throttled,
        Fault::Conflict,
    ] {
        for number in 0.. {
            let notebook = Notebook::new();
            let create = notebook.start("create-note").await;
            notebook.stage.cloud.fault(number, fault);
            let ask = write(&notebook.someone(), "Milk").key("k-1");
            let answer = create.send(ask.clone()).await;
            assert_eq!(answer.status, 201, "{fault:?} at {number}: {}", answer.text);
            let did = (
                notebook.items("note").len(),
                notebook.counted(),
                notebook.records().len(),
            );
            assert_eq!(did, (1, 1, 1), "{fault:?} at {number}");
            if notebook.stage.cloud.heal() {
                assert_eq!(number, 2, "it reads the tally and writes");
                break;
            }
            replays(&create.send(ask).await, &answer);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn during_an_outage_nothing_changes_and_the_caller_may_come_back() {
    for fault in [Fault::Unreachable, Fault::Throttled] {
        for number in 0..2 {
            let notebook = Notebook::new();
            let create = notebook.start("create-note").await;
            let ask = write(&notebook.someone(), "Milk").key("k-1");
            notebook.stage.cloud.outage(number, fault);
            let answer = create.send(ask.clone()).await;
            refused(&answer, 503, "unavailable");
            assert_eq!(answer.header("retry-after"), "1");
            assert!(notebook.items("note").is_empty() && notebook.records().is_empty());
            notebook.stage.cloud.heal();
            assert_eq!(create.send(ask).await.status, 201);
            assert_eq!(notebook.counted(), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_that_hides_what_was_done_is_found_out_later() {
    let notebook = Notebook::new();
    let create = notebook.start("create-note").await;
    let ask = write(&notebook.someone(), "Milk").key("k-1");
    notebook.stage.cloud.outage(1, Fault::LostReply);
    refused(&create.send(ask.clone()).await, 503, "unavailable");
    notebook.stage.cloud.heal();
    let answer = create.send(ask).await;
    assert_eq!(
        (answer.status, answer.header("idempotency-replayed")),
        (201, "true")
    );
    assert_eq!((notebook.items("note").len(), notebook.counted()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_process_that_ends_anywhere_leaves_all_or_nothing() {
    for fault in [Fault::KilledBefore, Fault::KilledAfter] {
        for number in 0..2 {
            let notebook = Notebook::new();
            let create = notebook.start("create-note").await;
            let ask = write(&notebook.someone(), "Milk").key("k-1");
            notebook.stage.cloud.fault(number, fault);
            let ended = create.try_send(ask.clone()).await;
            assert!(
                matches!(ended, Err(Ended::Killed)),
                "{fault:?} at {number}: {ended:?}"
            );
            let written = usize::from(fault == Fault::KilledAfter && number == 1);
            let did = (notebook.items("note").len(), notebook.records().len());
            assert_eq!(did, (written, written), "{fault:?} at {number}");

            let again = notebook.start("create-note").await.send(ask).await;
            assert_eq!(again.status, 201);
            let did = (
                notebook.items("note").len(),
                notebook.counted(),
                notebook.records().len(),
            );
            assert_eq!(did, (1, 1, 1), "{fault:?} at {number}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn contention_is_decided_anew_a_few_times() {
    let trouble = |times: usize| "contention ".repeat(times);
    let notebook = Notebook::new().with("TROUBLE", &trouble(5));
    let create = notebook.start("create-note").await;
    notebook.stage.take_log();
    let answer = create.send(write(&notebook.someone(), "Milk")).await;
    assert_eq!(answer.status, 201);
    assert_eq!(notebook.stage.take_log().len(), 1, "one request, one line");

    let notebook = Notebook::new().with("TROUBLE", &trouble(6));
    let create = notebook.start("create-note").await;
    refused(
        &create.send(write(&notebook.someone(), "Milk")).await,
        409,
        "conflict",
    );

    let notebook = Notebook::new().with("TROUBLE", &trouble(6));
    let create = notebook.start("create-note").await;
    let ask = write(&notebook.someone(), "Milk").key("k-1");
    let answer = create.send(ask.clone()).await;
    refused(&answer, 409, "idempotency_in_flight");
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(create.send(ask).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn a_record_keeps_no_way_back_to_the_request() {
    let notebook = Notebook::new();
    let create = notebook.start("create-note").await;
    let someone = notebook.someone();
    let mut hashes = HashSet::new();
    for (key, stage_key) in [("k-1", "one"), ("k-2", "two")] {
        let notebook = Notebook::new().with("CURSOR_KEY", stage_key);
        let create = notebook.start("create-note").await;
        create
            .send(write(&notebook.someone(), "Milk").key(key))
            .await;
        hashes.insert(notebook.records()[0]["request_hash"].to_string());
    }
    assert_eq!(
        hashes.len(),
        2,
        "the same request by another key of the stage"
    );
    create.send(write(&someone, "Milk").key("k-1")).await;
    let records = Value::from(notebook.records()).to_string();
    assert!(!records.contains(&someone), "{records}");
}

/// A caller that sends its request again until it is answered.
async fn insist(notebook: &Notebook, ask: Ask) -> Answer {
    let create = notebook.start("create-note").await;
    match create.try_send(ask.clone()).await {
        Ok(answer) if answer.status == 201 => answer,
        // Whatever went wrong, it passes.
        _ => {
            notebook.stage.cloud.heal();
            notebook.start("create-note").await.send(ask).await
        }
    }
}

#[test]
fn whatever_goes_wrong_a_key_has_one_effect_and_one_reply() {
    let trouble = prop::option::of((
        0..4_usize,
        prop::sample::select(&Fault::ALL[..]),
        any::<bool>(),
    ));
    let day = prop::collection::vec((0..4_usize, trouble), 1..12);
    proptest!(ProptestConfig::with_cases(64), |(day in day, seed: u64)| {
        waited_for(async {
            let notebook = Notebook::seeded(seed);
            let someone = notebook.someone();
            let mut replies: [Option<Answer>; 4] = [const { None }; 4];
            for (key, trouble) in day {
                match trouble {
                    Some((number, fault, false)) => notebook.stage.cloud.fault(number, fault),
                    Some((number, fault, true)) => notebook.stage.cloud.outage(number, fault),
                    None => {}
                }
                let ask = write(&someone, "Milk").key(&key.to_string());
                let answer = insist(&notebook, ask).await;
                notebook.stage.cloud.heal();
                prop_assert_eq!(answer.status, 201, "{}", answer.text);
                let first = replies[key].get_or_insert_with(|| answer.clone());
                prop_assert_eq!(&answer.text, &first.text);
                prop_assert_eq!(answer.header("location"), first.header("location"));
            }
            let done = replies.iter().flatten().count();
            let did = (notebook.items("note").len(), notebook.records().len());
            prop_assert_eq!(did, (done, done));
            prop_assert_eq!(notebook.counted(), done as u64);
            prop_assert_eq!(notebook.stage.cloud.take_stream().len(), done);
            Ok(())
        })?;
    });
}
