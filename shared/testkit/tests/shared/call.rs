//! What nobody waits for at a screen: functions that are called by the clock, and by name.

use std::time::Duration;

use serde_json::json;
use testkit::Ended;

use crate::notes::Notebook;

#[tokio::test(start_paused = true)]
async fn what_ticks_twice_is_done_once() {
    let notebook = Notebook::new().with("TROUBLE", "contention");
    let tick = notebook.start("count-by-the-clock").await;
    for _ in 0..3 {
        assert!(tick.invoke(json!({})).await.is_ok());
    }
    assert_eq!(notebook.counted(), 1);
    notebook.stage.clock.advance(Duration::from_hours(1));
    assert!(tick.invoke(json!({})).await.is_ok());
    assert_eq!(notebook.counted(), 2);
}

#[tokio::test(start_paused = true)]
async fn ticks_beside_one_another_do_it_once() {
    for seed in 1..=10 {
        let notebook = Notebook::seeded(seed);
        let tick = notebook.start("count-by-the-clock").await;
        let again = notebook.start("count-by-the-clock").await;
        let (one, other) = tokio::join!(tick.invoke(json!({})), again.invoke(json!({})));
        assert!(
            one.is_ok() && other.is_ok(),
            "seed {seed}: {one:?} {other:?}"
        );
        assert_eq!(notebook.counted(), 1, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_tick_that_fails_is_a_failed_invocation_with_one_line() {
    let notebook = Notebook::new().with("TROUBLE", "internal");
    let tick = notebook.start("count-by-the-clock").await;
    notebook.stage.take_log();
    let failed = tick.invoke(json!({})).await;
    let Err(Ended::Failed(problem)) = failed else {
        panic!("{failed:?}");
    };
    // What Lambda shows of it.
    assert_eq!(problem.to_string(), "internal");
    let log = notebook.stage.take_log();
    assert_eq!(
        (log.len(), &log[0]["level"], &log[0]["cause"]),
        (1, &json!("ERROR"), &json!("the table is on fire"))
    );
    assert!(tick.invoke(json!({})).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn who_calls_by_name_gets_the_answer_or_what_is_wrong() {
    let notebook = Notebook::new().with("TROUBLE", "contention");
    let call = notebook.start("count-by-name").await;
    notebook.stage.take_log();
    let answer = call.invoke(json!({ "times": 1 })).await.expect("an answer");
    assert_eq!((answer, notebook.counted()), (json!({ "counted": 1 }), 1));
    assert_eq!(notebook.stage.take_log().len(), 1, "one call, one line");

    let notebook = Notebook::new().with("TROUBLE", "refusal");
    let call = notebook.start("count-by-name").await;
    for (asked, code) in [
        (json!({ "times": 1 }), "order_not_shippable"),
        (json!({ "times": "once" }), "validation_failed"),
        (json!(null), "validation_failed"),
    ] {
        let answer = call.invoke(asked.clone()).await.expect("an answer");
        assert_eq!(answer["error"]["code"], code, "{asked}: {answer}");
    }
    assert_eq!(notebook.counted(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_by_our_fault_leaves_its_cause_in_the_log() {
    for (trouble, code) in [("internal", "internal"), ("unavailable", "unavailable")] {
        let notebook = Notebook::new().with("TROUBLE", trouble);
        let call = notebook.start("count-by-name").await;
        notebook.stage.take_log();
        let failed = call.invoke(json!({ "times": 1 })).await;
        let Err(Ended::Failed(problem)) = failed else {
            panic!("{failed:?}");
        };
        assert_eq!(problem.to_string(), code);
        let log = notebook.stage.take_log();
        let said = (log.len(), &log[0]["route"], &log[0]["cause"]);
        assert_eq!(said, (1, &json!("invoke"), &json!("the table is on fire")));
    }
}
