//! The edge of an endpoint: who calls, what is sent, what is answered.

use std::collections::BTreeMap;

use dynamo::Cursors;
use kernel::{Code, Role};
use proptest::prelude::*;
use serde_json::{Value, json};
use testkit::{Answer, Ask, Fault};

use crate::notes::{Notebook, place, refused, waited_for, without_id, write};

#[tokio::test(start_paused = true)]
async fn a_caller_without_a_token_is_told_how_to_come_back() {
    let create = Notebook::new().start("create-note").await;
    let answer = create
        .send(Ask::post("/v1/notes").json(&json!({ "text": "Milk" })))
        .await;
    refused(&answer, 401, "unauthenticated");
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test(start_paused = true)]
async fn every_401_says_how_to_authenticate() {
    // RFC 9110 §15.5.2, whatever it is that was not right.
    let notebook = Notebook::new().with("TROUBLE", "credentials");
    let create = notebook.start("create-note").await;
    let answer = create.send(write(&notebook.someone(), "Milk")).await;
    refused(&answer, 401, "invalid_credentials");
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}

#[tokio::test(start_paused = true)]
async fn a_caller_without_the_permission_is_refused_before_anything_is_read() {
    let notebook = Notebook::new().with("ALLOW", "platform:read@any");
    let create = notebook.start("create-note").await;
    // What was revoked lately is read at the start.
    notebook.stage.cloud.take_calls();
    let answer = create.send(write(&notebook.someone(), "Milk")).await;
    refused(&answer, 403, "forbidden");
    // Not even what is wrong with the body.
    let nonsense = Ask::post("/v1/notes").by(&notebook.someone());
    refused(
        &create.send(nonsense.body("text/plain", "?")).await,
        403,
        "forbidden",
    );
    assert!(notebook.stage.cloud.take_calls().is_empty());

    let admin = notebook
        .stage
        .token(notebook.stage.customer(), &[Role::Admin]);
    assert_eq!(create.send(write(&admin, "Milk")).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn a_public_route_still_refuses_a_token_that_is_not_valid() {
    let notebook = Notebook::new().with("ALLOW", "public");
    let create = notebook.start("create-note").await;
    let ask = Ask::post("/v1/notes").json(&json!({ "text": "Milk" }));
    assert_eq!(create.send(ask.clone()).await.status, 201);
    refused(
        &create.send(ask.by("nonsense")).await,
        401,
        "unauthenticated",
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_may_be_as_large_as_the_limit_and_no_larger() {
    let notebook = Notebook::new();
    let create = notebook.start("create-note").await;
    let someone = notebook.someone();
    let padded = |length: usize| {
        let body = r#"{"text":"Milk"}"#;
        let ask = Ask::post("/v1/notes").by(&someone);
        ask.body("application/json", format!("{body:length$}"))
    };
    assert_eq!(create.send(padded(4096)).await.status, 201);
    refused(&create.send(padded(4097)).await, 413, "payload_too_large");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_no_json_is_refused_with_its_place() {
    let notebook = Notebook::new();
    let create = notebook.start("create-note").await;
    let someone = notebook.someone();
    let deep = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
    let bodies: [&[u8]; 9] = [
        b"",
        b"{",
        br#"{"text":"Milk"} x"#,
        br#"{"text":"Milk",}"#,
        br"{'text':'Milk'}",
        b"\xff\xfe\x00",
        b"{\"text\":\"Mil\xff\"}",
        br#"{"text":"\ud800"}"#,
        deep.as_bytes(),
    ];
    for body in bodies {
        let ask = Ask::post("/v1/notes")
            .by(&someone)
            .body("application/json", body);
        let answer = create.send(ask).await;
        let shown = String::from_utf8_lossy(body);
        assert!(
            matches!(answer.status, 400 | 422),
            "{shown}: {}",
            answer.text
        );
        if answer.status == 400 {
            refused(&answer, 400, "invalid_json");
            let detail = answer.body["detail"].as_str().unwrap_or_default();
            assert!(
                detail.starts_with("At line 1, column "),
                "{shown}: {detail}"
            );
        }
    }
    assert!(notebook.items("note").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_wrong_value_is_named_by_its_pointer() {
    let notebook = Notebook::new();
    let create = notebook.start("create-note").await;
    let someone = notebook.someone();
    for (body, pointer) in [
        (json!({ "text": 5 }), "/text"),
        (json!({ "text": "" }), "/text"),
        (json!({ "text": "x".repeat(201) }), "/text"),
        (json!({ "text": "line\nbreak" }), "/text"),
        (json!({ "text": "Milk", "stars": [1, 0] }), "/stars/1"),
        (json!({ "text": "Milk", "stars": [1, -1] }), "/stars/1"),
        (json!({ "text": "Milk", "stars": [1e300] }), "/stars/0"),
        (json!({ "text": "Milk", "stars": [u64::MAX] }), "/stars/0"),
        (json!({ "text": "Milk", "stars": {} }), "/stars"),
        (json!({ "text": "Milk", "owner": "cus_1" }), "/owner"),
        (json!({}), ""),
        (json!([]), ""),
        (json!(null), ""),
    ] {
        let answer = create
            .send(Ask::post("/v1/notes").by(&someone).json(&body))
            .await;
        refused(&answer, 422, "validation_failed");
        assert_eq!(
            answer.body["errors"][0]["pointer"], pointer,
            "{body}: {}",
            answer.text
        );
        assert_ne!(answer.body["errors"][0]["detail"], "", "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_content_types_of_a_route_are_taken() {
    let notebook = Notebook::new();
    let create = notebook.start("create-note").await;
    let someone = notebook.someone();
    let sent = |content_type: &str| {
        let ask = Ask::post("/v1/notes").by(&someone);
        ask.body(content_type, r#"{"text":"Milk"}"#)
    };
    for wrong in [
        "text/plain",
        "application/merge-patch+json",
        "",
        "application/jsonp",
    ] {
        refused(
            &create.send(sent(wrong)).await,
            415,
            "unsupported_media_type",
        );
    }
    for right in ["application/json", "Application/JSON ; charset=utf-8"] {
        assert_eq!(create.send(sent(right)).await.status, 201, "{right}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_is_the_same_as_text_and_in_base64() {
    let notebook = Notebook::new();
    let create = notebook.start("create-note").await;
    let payload = |body: &str, encoded: bool| {
        json!({
            "version": "2.0", "routeKey": "POST /v1/notes", "rawPath": "/v1/notes", "rawQueryString": "",
            "headers": {
                "content-type": "application/json",
                "authorization": format!("Bearer {}", notebook.someone()),
            },
            "requestContext": {
                "http": { "method": "POST", "path": "/v1/notes", "sourceIp": "192.0.2.1", "protocol": "HTTP/1.1" },
                "requestId": "r-1", "routeKey": "POST /v1/notes", "stage": "$default",
            },
            "body": body, "isBase64Encoded": encoded,
        })
    };
    for (body, encoded) in [
        (r#"{"text":"Käse"}"#, false),
        ("eyJ0ZXh0IjoiS8Okc2UifQ==", true),
    ] {
        let answer = create
            .invoke(payload(body, encoded))
            .await
            .expect("an answer");
        assert_eq!(answer["statusCode"], 201, "{answer}");
    }
    let texts: Vec<_> = notebook
        .items("note")
        .into_iter()
        .map(|note| note["text"].clone())
        .collect();
    assert_eq!(texts, ["Käse", "Käse"]);
}

#[tokio::test(start_paused = true)]
async fn what_was_made_is_shown_at_its_place_and_version() {
    let notebook = Notebook::new();
    let (create, get) = (
        notebook.start("create-note").await,
        notebook.start("get-note").await,
    );
    let someone = notebook.someone();
    let made = create.send(write(&someone, "Milk")).await;
    let shown = get.send(Ask::get(&place(&made)).by(&someone)).await;
    assert_eq!((shown.status, &shown.text), (200, &made.text));
    assert_eq!(
        (shown.header("etag"), made.header("etag")),
        ("\"1\"", "\"1\"")
    );
    assert_eq!(shown.header("content-type"), "application/json");
    assert_eq!(shown.header("cache-control"), "private, no-cache");
    assert_eq!(shown.header("vary"), "accept-language");
}

#[tokio::test(start_paused = true)]
async fn what_the_caller_has_already_is_not_sent_again() {
    let notebook = Notebook::new();
    let (create, get) = (
        notebook.start("create-note").await,
        notebook.start("get-note").await,
    );
    let someone = notebook.someone();
    let place = place(&create.send(write(&someone, "Milk")).await);
    let ask = |tag: &str| Ask::get(&place).by(&someone).header("if-none-match", tag);
    for same in ["\"1\"", "W/\"1\"", "*", "\"7\", \"1\""] {
        let answer = get.send(ask(same)).await;
        assert_eq!((answer.status, answer.text.as_str()), (304, ""), "{same}");
        assert_eq!(
            (answer.header("etag"), answer.header("content-type")),
            ("\"1\"", "")
        );
    }
    for other in ["\"2\"", "1", ""] {
        assert_eq!(get.send(ask(other)).await.status, 200, "{other}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_is_made_to_the_version_that_was_seen() {
    let notebook = Notebook::new();
    let create = notebook.start("create-note").await;
    let change = notebook.start("change-note").await;
    let someone = notebook.someone();
    let place = place(&create.send(write(&someone, "Milk")).await);
    let ask = Ask::new("PATCH", &place).by(&someone);
    let ask = ask.body("application/merge-patch+json", r#"{"text":"Bread"}"#);

    refused(
        &change.send(ask.clone()).await,
        428,
        "precondition_required",
    );
    // Another version, none at all, and one that is weakly the same (RFC 9110 §13.1.1).
    for stale in ["\"2\"", "", "1", "W/\"1\""] {
        let stale = ask.clone().header("if-match", stale);
        refused(&change.send(stale).await, 412, "precondition_failed");
    }
    let answer = change.send(ask.header("if-match", "\"1\"")).await;
    assert_eq!((answer.status, answer.header("etag")), (200, "\"2\""));
    assert_eq!(notebook.items("note")[0]["text"], "Bread");
}

#[tokio::test(start_paused = true)]
async fn a_merge_patch_replaces_removes_and_leaves_alone() {
    let notebook = Notebook::new();
    let create = notebook.start("create-note").await;
    let change = notebook.start("change-note").await;
    let someone = notebook.someone();
    let ask = Ask::post("/v1/notes")
        .by(&someone)
        .json(&json!({ "text": "Milk", "stars": [5] }));
    let place = place(&create.send(ask).await);
    let patch = |patch: Value| {
        let ask = Ask::new("PATCH", &place)
            .by(&someone)
            .header("if-match", "*");
        ask.body("application/merge-patch+json", patch.to_string())
    };
    let text = change.send(patch(json!({ "text": "Bread" }))).await;
    assert_eq!(
        (&text.body["text"], &text.body["stars"]),
        (&json!("Bread"), &json!([5]))
    );
    let stars = change.send(patch(json!({ "stars": null }))).await;
    assert_eq!(
        (&stars.body["text"], &stars.body["stars"]),
        (&json!("Bread"), &Value::Null)
    );

    for (wrong, pointer) in [
        (json!({ "text": null }), ""),
        (json!({ "stars": [0] }), "/stars/0"),
        (json!({ "id": "ord_1" }), "/id"),
        (json!(["text"]), ""),
    ] {
        let answer = change.send(patch(wrong.clone())).await;
        refused(&answer, 422, "validation_failed");
        assert_eq!(
            answer.body["errors"][0]["pointer"], pointer,
            "{wrong}: {}",
            answer.text
        );
    }
    assert_eq!(notebook.items("note")[0]["rev"], 3);
}

#[tokio::test(start_paused = true)]
async fn anothers_note_a_missing_one_and_no_id_look_the_same() {
    let notebook = Notebook::new();
    let (create, get) = (
        notebook.start("create-note").await,
        notebook.start("get-note").await,
    );
    let change = notebook.start("change-note").await;
    let anothers = place(&create.send(write(&notebook.someone(), "Milk")).await);
    let missing = format!("{}{}", &anothers[..anothers.len() - 4], "0000");
    let curious = notebook.someone();
    let places = [
        anothers.as_str(),
        missing.as_str(),
        "/v1/notes/1",
        "/v1/notes/%2e%2e",
    ];
    let mut answers = Vec::new();
    for place in places {
        let read = get.send(Ask::get(place).by(&curious)).await;
        let patch = Ask::new("PATCH", place)
            .by(&curious)
            .header("if-match", "\"1\"");
        let changed = change.send(patch.json(&json!({ "text": "Mine" }))).await;
        for answer in [read, changed] {
            refused(&answer, 404, "order_not_found");
            answers.push(without_id(&answer));
        }
    }
    assert!(
        answers.windows(2).all(|pair| pair[0] == pair[1]),
        "{answers:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_a_problem_with_a_code() {
    let notebook = Notebook::new();
    let get = notebook.start("get-note").await;
    let answer = get
        .send(Ask::get("/v1/notes/1").by(&notebook.someone()))
        .await;
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let expected = json!({
        "type": "urn:souk:problem:order_not_found",
        "title": "There is no such order.",
        "status": 404,
        "code": "order_not_found",
        "request_id": answer.header("x-request-id"),
    });
    assert_eq!(answer.body, expected);
    assert_ne!(answer.header("x-request-id"), "");
}

#[tokio::test(start_paused = true)]
async fn the_cause_of_our_fault_is_in_the_log_once_and_nowhere_else() {
    for (trouble, status) in [("internal", 500), ("unavailable", 503)] {
        let notebook = Notebook::new().with("TROUBLE", trouble);
        let get = notebook.start("get-note").await;
        notebook.stage.take_log();
        let answer = get
            .send(Ask::get("/v1/notes/1").by(&notebook.someone()))
            .await;
        refused(&answer, status, trouble);
        assert!(!answer.text.contains("fire") && !answer.headers.to_string().contains("fire"));
        assert_eq!(
            answer.header("retry-after"),
            if status == 503 { "1" } else { "" }
        );
        let log = notebook.stage.take_log();
        let text = Value::from(log.clone()).to_string();
        assert_eq!(
            (log.len(), text.matches("the table is on fire").count()),
            (1, 1),
            "{text}"
        );
        assert_eq!(
            (&log[0]["level"], &log[0]["errors"]),
            (&json!("ERROR"), &json!(1))
        );
        // And the next request is answered.
        assert_eq!(
            get.send(Ask::get("/v1/notes/1").by(&notebook.someone()))
                .await
                .status,
            404
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_backend_says_is_not_shown_either() {
    let notebook = Notebook::new();
    let get = notebook.start("get-note").await;
    let someone = notebook.someone();
    notebook.stage.cloud.outage(0, Fault::Unreachable);
    let place = format!(
        "/v1/notes/{}",
        notebook
            .stage
            .ids
            .fresh::<kernel::OrderId>(notebook.stage.clock.now())
    );
    let answer = get.send(Ask::get(&place).by(&someone)).await;
    refused(&answer, 503, "unavailable");
    assert!(!answer.text.contains("refused"), "{}", answer.text);
    let log = notebook.stage.take_log();
    let cause = log
        .last()
        .map(|line| line["cause"].to_string())
        .unwrap_or_default();
    assert!(cause.contains("connection refused"), "{log:?}");
}

#[tokio::test(start_paused = true)]
async fn every_answer_carries_the_same_protection() {
    let notebook = Notebook::new();
    let (create, get) = (
        notebook.start("create-note").await,
        notebook.start("get-note").await,
    );
    let someone = notebook.someone();
    let made = create.send(write(&someone, "Milk")).await;
    let seen = Ask::get(&place(&made))
        .by(&someone)
        .header("if-none-match", "*");
    let answers = [
        get.send(seen).await,
        get.send(Ask::get("/v1/notes/1").by(&someone)).await,
        get.send(Ask::get("/v1/notes/1")).await,
        made,
    ];
    for answer in answers {
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(
            answer
                .header("strict-transport-security")
                .starts_with("max-age=")
        );
        assert!(["no-store", "private, no-cache"].contains(&answer.header("cache-control")));
        assert_ne!(answer.header("x-request-id"), "");
    }
}

/// What the event of a note says of the request that has caused it.
async fn metadata_of(headers: &[(&str, &str)]) -> (Value, String) {
    let notebook = Notebook::new();
    let create = notebook.start("create-note").await;
    let ask = write(&notebook.someone(), "Milk");
    let ask = headers
        .iter()
        .fold(ask, |ask, (name, value)| ask.header(name, value));
    let answer = create.send(ask).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let event = notebook.records()[0]["events"][0]["detail"].take();
    let event: Value = serde_json::from_str(event.as_str().unwrap_or_default()).unwrap_or_default();
    (
        event["metadata"].clone(),
        answer.header("x-request-id").to_owned(),
    )
}

#[tokio::test(start_paused = true)]
async fn events_say_which_request_and_which_chain_they_come_from() {
    let (metadata, request) = metadata_of(&[("x-correlation-id", "checkout-7_B")]).await;
    assert_eq!(metadata["correlation_id"], "checkout-7_B");
    assert_eq!(metadata["causation_id"], request);

    // What is no token would be written into logs and events by anyone who likes.
    let long = "x".repeat(65);
    for junk in ["", "a b", "a\"b", "a;b", &long, "ä"] {
        let (metadata, request) = metadata_of(&[("x-correlation-id", junk)]).await;
        assert_eq!(metadata["correlation_id"], request, "{junk}");
    }
}

#[tokio::test(start_paused = true)]
async fn events_belong_to_the_trace_of_their_request() {
    let w3c = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
    let xray = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    for (header, value) in [("traceparent", w3c), ("x-amzn-trace-id", xray)] {
        let (metadata, _) = metadata_of(&[(header, value)]).await;
        assert_eq!(metadata["traceparent"], w3c, "{header}");
    }
    let unsampled = xray.replace("Sampled=1", "Sampled=0");
    let (metadata, _) = metadata_of(&[("x-amzn-trace-id", &unsampled)]).await;
    assert_eq!(metadata["traceparent"], w3c.replace("-01", "-00"));

    for junk in [
        "",
        "00-abc-def-01",
        "00-5759E988BD862E3FE1BE46A994272793-53995c3f42cd8ad8-01",
        // W3C Trace Context §2.2: neither version ff nor ids of zeros alone.
        "ff-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
        "00-00000000000000000000000000000000-53995c3f42cd8ad8-01",
        "00-5759e988bd862e3fe1be46a994272793-0000000000000000-01",
    ] {
        let (metadata, _) = metadata_of(&[("traceparent", junk)]).await;
        assert_eq!(metadata["traceparent"], Value::Null, "{junk}");
        // One that is none does not hide the other.
        let (metadata, _) = metadata_of(&[("traceparent", junk), ("x-amzn-trace-id", xray)]).await;
        assert_eq!(metadata["traceparent"], w3c, "{junk}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_is_what_the_platform_saw_and_not_what_anyone_says() {
    let lies = |ask: Ask| {
        let ask = ask
            .header("x-forwarded-for", "203.0.113.9")
            .header("forwarded", "for=203.0.113.9");
        ask.header("cloudfront-viewer-address", "198.51.100.7:443")
    };
    let behind = [("gateway", "192.0.2.1"), ("cloudfront", "198.51.100.7")];
    for (in_front, address) in behind {
        let notebook = Notebook::new().with("CLIENT_IP_FROM", in_front);
        let see = notebook.start("see-caller").await;
        let answer = see
            .send(lies(Ask::get("/v1/caller")).by(&notebook.someone()))
            .await;
        assert_eq!(answer.body["address"], address, "{in_front}");
    }
    let notebook = Notebook::new().with("CLIENT_IP_FROM", "cloudfront");
    let see = notebook.start("see-caller").await;
    let ask = Ask::get("/v1/caller").by(&notebook.someone());
    let answer = see
        .send(ask.header("cloudfront-viewer-address", "2001:db8::1:443"))
        .await;
    assert_eq!(answer.body["address"], "2001:db8::1");
}

#[tokio::test(start_paused = true)]
async fn languages_are_tried_as_the_caller_wants_them() {
    let notebook = Notebook::new();
    let see = notebook.start("see-caller").await;
    for (header, wanted) in [
        ("de, en;q=0.5", vec!["de", "de", "en", "en"]),
        ("en;q=0.5, pt-BR", vec!["pt-BR", "pt", "en", "en"]),
        ("fr;q=0, de", vec!["de", "de"]),
        ("*", vec![]),
        (";;;,q=,=", vec![]),
        ("de;q=2, en;q=x, fr;q=0.1234", vec!["fr", "fr"]),
    ] {
        let ask = Ask::get("/v1/caller").by(&notebook.someone());
        let answer = see.send(ask.header("accept-language", header)).await;
        assert_eq!(answer.body["languages"], json!(wanted), "{header}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_is_read_page_by_page_to_its_end() {
    let notebook = Notebook::new();
    let (create, list) = (
        notebook.start("create-note").await,
        notebook.start("list-notes").await,
    );
    let someone = notebook.someone();
    for text in ["a", "b", "c", "d", "e"] {
        notebook
            .stage
            .clock
            .advance(std::time::Duration::from_secs(1));
        create.send(write(&someone, text)).await;
    }
    create.send(write(&notebook.someone(), "another's")).await;
    let (mut texts, mut path) = (Vec::new(), "/v1/notes?limit=2".to_owned());
    loop {
        let page = list.send(Ask::get(&path).by(&someone)).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let data = page.body["data"].as_array().cloned().unwrap_or_default();
        assert!(data.len() <= 2);
        texts.extend(data.into_iter().map(|note| note["text"].clone()));
        let Some(cursor) = page.body["next_cursor"].as_str() else {
            assert_eq!(page.body["has_more"], false);
            break;
        };
        path = format!("/v1/notes?limit=2&cursor={cursor}");
    }
    assert_eq!(texts, ["a", "b", "c", "d", "e"]);

    for wrong in [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=-1",
        "limit=1&limit=2",
        "sort=text",
    ] {
        let answer = list
            .send(Ask::get(&format!("/v1/notes?{wrong}")).by(&someone))
            .await;
        refused(&answer, 400, "invalid_parameter");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cursor_is_good_for_its_own_list_and_as_it_was_given_alone() {
    let notebook = Notebook::new();
    let (create, list) = (
        notebook.start("create-note").await,
        notebook.start("list-notes").await,
    );
    let (someone, other) = (notebook.someone(), notebook.someone());
    for _ in 0..3 {
        create.send(write(&someone, "Milk")).await;
    }
    let page = list.send(Ask::get("/v1/notes?limit=2").by(&someone)).await;
    let cursor = page.body["next_cursor"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let ask = |cursor: &str, by: &str| Ask::get(&format!("/v1/notes?cursor={cursor}")).by(by);
    assert_eq!(list.send(ask(&cursor, &someone)).await.status, 200);

    refused(
        &list.send(ask(&cursor, &other)).await,
        400,
        "invalid_cursor",
    );
    for wrong in [
        "",
        "x",
        &cursor[1..],
        &format!("{cursor}A"),
        &cursor.to_lowercase(),
    ] {
        refused(
            &list.send(ask(wrong, &someone)).await,
            400,
            "invalid_cursor",
        );
    }
}

#[test]
fn a_cursor_reads_back_and_no_other_byte_does() {
    let cursors = Cursors::new(b"a key of the stage");
    let position = prop::collection::btree_map("[a-z_]{1,8}", ".{0,12}", 0..4);
    proptest!(|(position in position, scope in ".{0,12}", place: prop::sample::Index, byte: u8)| {
        let cursor = cursors.seal(&scope, &position).expect("a cursor");
        let opened = cursors.open::<BTreeMap<String, String>>(&scope, &cursor).ok();
        prop_assert_eq!(opened.as_ref(), Some(&position));

        let mut bent = cursor.clone().into_bytes();
        let place = place.index(bent.len());
        bent[place] = byte;
        let bent = String::from_utf8_lossy(&bent).into_owned();
        if bent != cursor {
            let refused = cursors.open::<BTreeMap<String, String>>(&scope, &bent);
            prop_assert_eq!(refused.err().map(|problem| problem.code()), Some(Code::InvalidCursor));
        }
    });
}

/// Any JSON there is, of a few levels.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop_oneof![Just("text".to_owned()), Just("stars".to_owned()), ".{0,6}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(name, inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

#[test]
fn whatever_is_sent_is_done_or_refused() {
    let (create, change, token, place) = waited_for(async {
        let notebook = Notebook::new();
        let create = notebook.start("create-note").await;
        let change = notebook.start("change-note").await;
        let token = notebook.someone();
        let place = place(&create.send(write(&token, "Milk")).await);
        (create, change, token, place)
    });
    let fine = |answer: &Answer| matches!(answer.status, 200 | 201 | 400 | 413 | 422);
    proptest!(|(body in any_json(), bytes in prop::collection::vec(any::<u8>(), 0..64))| {
        waited_for(async {
            let made = create.send(Ask::post("/v1/notes").by(&token).json(&body)).await;
            prop_assert!(fine(&made), "{body}: {}", made.text);
            let patch = Ask::new("PATCH", &place).by(&token).header("if-match", "*");
            let changed = change.send(patch.json(&body)).await;
            prop_assert!(fine(&changed), "{body}: {}", changed.text);
            let raw = Ask::post("/v1/notes").by(&token).body("application/json", bytes.clone());
            let raw = create.send(raw).await;
            prop_assert!(fine(&raw), "{bytes:?}: {}", raw.text);
            Ok(())
        })?;
    });
}
