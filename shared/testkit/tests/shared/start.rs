//! What a function needs before it starts, and what it does not wait for.

use testkit::Fault;

use crate::notes::{Notebook, write};

#[tokio::test(start_paused = true)]
async fn a_function_that_lacks_what_protects_it_does_not_start() {
    for (setting, wrong) in [
        ("ALLOW", ""),
        ("ALLOW", "everyone"),
        ("ALLOW", "order:fly@own"),
        ("JWT_KEYS", ""),
        ("JWT_KEYS", "[]"),
        (
            "JWT_KEYS",
            r#"{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}"#,
        ),
        ("JWT_ISSUER", ""),
        ("IDEMPOTENCY", "sometimes"),
        ("BODY_LIMIT", "64 kB"),
    ] {
        let notebook = Notebook::new().with(setting, wrong);
        assert_ne!(
            notebook.refusal("create-note").await,
            "",
            "{setting}={wrong}"
        );
    }
    assert_eq!(Notebook::new().refusal("create-note").await, "");
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_is_named() {
    for (setting, function) in [
        ("ALLOW", "get-note"),
        ("JWT_KEYS", "get-note"),
        ("BUS", "relay-notebook-events"),
    ] {
        let why = Notebook::new().with(setting, "").refusal(function).await;
        assert_eq!(why, format!("the setting {setting} is missing"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_cold_start_asks_what_was_revoked_and_needs_no_answer() {
    let notebook = Notebook::new().with("WARM_UP", "dynamodb");
    for fault in [Fault::Unreachable, Fault::Throttled, Fault::LostReply] {
        notebook.stage.cloud.take_calls();
        notebook.stage.cloud.outage(0, fault);
        let create = notebook.start("create-note").await;
        for call in notebook.stage.cloud.take_calls() {
            assert_eq!(call.table.as_deref(), Some("local-customer-revocations"));
        }
        notebook.stage.cloud.heal();
        assert_eq!(
            create.send(write(&notebook.someone(), "Milk")).await.status,
            201,
            "{fault:?}"
        );
    }
}
