//! One line a request or event, which is its metrics too.

use serde_json::{Value, json};
use testkit::Ask;

use crate::notes::{NoteWritten, Notebook, message, write};
use contracts::Event as _;

/// The one line that was logged since it was last asked.
fn line(notebook: &Notebook) -> Value {
    let mut log = notebook.stage.take_log();
    assert_eq!(log.len(), 1, "{log:?}");
    log.remove(0)
}

#[tokio::test(start_paused = true)]
async fn a_request_leaves_one_line_that_says_who_what_and_how_it_went() {
    let notebook = Notebook::new();
    let create = notebook.start("create-note").await;
    notebook.stage.take_log();
    let customer = notebook.stage.customer();
    let token = notebook.stage.token(customer, &[kernel::Role::Customer]);
    let trace = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
    let ask = write(&token, "Milk").header("traceparent", trace);
    let answer = create.send(ask.header("x-correlation-id", "chain-1")).await;

    let mut line = line(&notebook);
    let metrics = line["_aws"].take();
    let expected = json!({
        "level": "INFO", "time": "2026-01-01T00:00:00.000Z", "stage": "local", "version": "test",
        "service": "notebook", "function": "create-note", "route": "POST /v1/notes",
        "request_id": answer.header("x-request-id"), "correlation_id": "chain-1",
        "trace_id": "5759e988bd862e3fe1be46a994272793", "actor": customer,
        "status": 201, "duration_ms": 0, "cold_start": true, "errors": 0, "_aws": null,
    });
    assert_eq!(line, expected);

    let metrics = &metrics["CloudWatchMetrics"][0];
    assert_eq!(metrics["Namespace"], "Souk");
    // A metric or dimension that the line does not have would be dropped without a word.
    let named = metrics["Metrics"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|metric| &metric["Name"]);
    let dimensions = metrics["Dimensions"].as_array().into_iter().flatten();
    let dimensions = dimensions.flat_map(|set| set.as_array().into_iter().flatten());
    for name in named.chain(dimensions) {
        let name = name.as_str().unwrap_or_default();
        assert!(!line[name].is_null(), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_has_neither_ids_of_paths_nor_anything_that_was_sent() {
    let notebook = Notebook::new();
    let change = notebook.start("change-note").await;
    notebook.stage.take_log();
    let token = notebook.someone();
    let ask = Ask::new("PATCH", "/v1/notes/ord_secret?note=secret")
        .by(&token)
        .key("k-secret");
    change
        .send(ask.json(&json!({ "text": "secret", "secret": 1 })))
        .await;
    let line = line(&notebook);
    assert_eq!(line["route"], "PATCH /v1/notes/{id}");
    let text = line.to_string();
    assert!(!text.contains("secret") && !text.contains(&token), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_no_error_of_ours() {
    let notebook = Notebook::new();
    let get = notebook.start("get-note").await;
    notebook.stage.take_log();
    get.send(Ask::get("/v1/notes/1")).await;
    let first = line(&notebook);
    let said =
        ["level", "errors", "status", "error_code", "actor", "cause"].map(|name| &first[name]);
    let expected = [
        json!("INFO"),
        json!(0),
        json!(401),
        json!("unauthenticated"),
        json!("guest"),
        Value::Null,
    ];
    assert_eq!(said, expected.each_ref());
    get.send(Ask::get("/v1/notes/1").by(&notebook.someone()))
        .await;
    assert_eq!(
        (&first["cold_start"], &line(&notebook)["cold_start"]),
        (&json!(true), &json!(false))
    );
}

#[tokio::test(start_paused = true)]
async fn an_event_leaves_one_line_of_the_chain_that_it_belongs_to() {
    let notebook = Notebook::new();
    let count = notebook.start("count-on-note-written").await;
    notebook.stage.take_log();
    let id = kernel::Ids::seeded(7)
        .fresh::<kernel::EventId>(notebook.stage.clock.now())
        .to_string();
    let event = message(&id, &NoteWritten::example());
    assert!(matches!(
        count.deliver("m-1", &event.to_string(), 1).await,
        Ok(true)
    ));
    let line = line(&notebook);
    let said = ["route", "correlation_id", "request_id", "actor", "status"].map(|name| &line[name]);
    let expected = ["note.written.v1", "chain-1", "m-1", "count-on-note-written"].map(Value::from);
    assert_eq!(said[..4], expected.each_ref());
    assert_eq!(said[4], 200);
}

#[tokio::test(start_paused = true)]
async fn time_is_measured_by_the_clock_of_the_platform() {
    let notebook = Notebook::new();
    let stage = notebook
        .stage
        .clone()
        .with_latency(std::time::Duration::from_millis(7));
    let create = notebook.start("create-note").await;
    stage.take_log();
    create.send(write(&notebook.someone(), "Milk")).await;
    assert_eq!(line(&notebook)["duration_ms"], 14, "two calls");
}
