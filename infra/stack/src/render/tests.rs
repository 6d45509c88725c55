use serde_json::{Value, json};

use super::*;
use crate::tests::{project, shop};

fn text(path: &str) -> String {
    let files = of_manifests(&shop());
    let file = files
        .into_iter()
        .find(|file| file.path.to_str() == Some(path));
    file.map(|file| file.text).unwrap_or_default()
}

fn json_of(files: Vec<Rendered>, path: &str) -> Value {
    let file = files
        .into_iter()
        .find(|file| file.path.to_str() == Some(path))
        .unwrap();
    serde_json::from_str(&file.text).unwrap()
}

#[test]
fn the_same_manifests_give_the_same_bytes() {
    assert_eq!(of_manifests(&shop()), of_manifests(&shop()));
    let nothing = Descriptions::new();
    assert_eq!(
        of_functions(&shop(), &nothing),
        of_functions(&shop(), &nothing)
    );
}

#[test]
fn every_file_ends_in_one_newline() {
    for file in of_manifests(&shop()) {
        assert!(
            file.text.ends_with('\n') && !file.text.ends_with("\n\n"),
            "{:?}",
            file.path
        );
    }
}

#[test]
fn a_template_points_at_what_was_built_and_publishes_what_changed() {
    let template = text("infra/sam/order.yaml");
    for line in [
        "CodeUri: \"../../target/lambda/place-order/bootstrap.zip\"",
        "AutoPublishAlias: live",
        "AutoPublishAliasAllProperties: true",
        "Enabled: !Ref Canaries",
        "RouteKey: POST /v1/orders",
        "IDEMPOTENCY: required",
        "BODY_LIMIT: \"32768\"",
        "WARM_UP: dynamodb",
        "CURSOR_KEY: !Sub \"{{resolve:secretsmanager:/souk/${Stage}/cursor-key}}\"",
    ] {
        assert!(template.contains(line), "{line}");
    }
}

#[test]
fn state_has_no_stream_and_commands_alone_has_one() {
    let template = text("infra/sam/order.yaml");
    let (commands, orders) = template.split_once("  OrdersTable:").unwrap();
    assert!(commands.contains("StreamViewType: NEW_IMAGE"));
    assert!(!orders.contains("StreamViewType"));
}

#[test]
fn the_router_sends_other_methods_to_whoever_refuses_them() {
    let routes = text("CargoLambda.toml");
    assert!(
        routes.contains("{ method = \"POST\", function = \"place-order\" }"),
        "{routes}"
    );
    assert!(routes.contains("{ method = \"DELETE\", function = \"refuse-unknown-route\" }"));
    assert!(routes.contains("\"/{*path}\" = \"refuse-unknown-route\""));
    toml::from_str::<toml::Value>(&routes).unwrap();
}

#[test]
fn the_matrix_says_for_each_role_how_far_it_reaches() {
    let page = text("docs/authorization.md");
    let row = "| `POST /v1/orders` | place-order | `order:place@own` | – | own | own | own | own |";
    assert!(page.contains(row), "{page}");
    assert!(page.contains(
        "| `GET /v1/orders/{id}` | get-order | `public` | yes | yes | yes | yes | yes |"
    ));
    assert!(page.contains("| `role:assign-admin` | – | – | – | any |"));
}

#[test]
fn the_inventory_of_personal_data_says_who_reads_what() {
    let page = text("docs/personal-data.md");
    assert!(
        page.contains("| order | orders | `shipping_address` | no one else |"),
        "{page}"
    );
}

#[test]
fn the_page_of_events_says_who_listens() {
    let page = text("events/README.md");
    assert!(
        page.contains("| `order.confirmed.v1` | order | `email-customer-on-order-confirmed` |")
    );
    assert!(page.contains("| `customer.registered.v1` | customer | no one yet |"));
}

#[test]
fn terraform_is_told_all_it_needs() {
    let told = json_of(of_manifests(&shop()), "infra/terraform/functions.json");
    let consumer = &told["functions"]["cancel-order-on-payment-declined"];
    assert_eq!(
        consumer["trigger"]["types"],
        json!(["payment.declined.v1", "stock.refused.v1"])
    );
    assert_eq!(
        consumer["trigger"]["sources"],
        json!(["inventory", "payment"])
    );
    assert_eq!(consumer["queue"]["visibility_timeout"], 180);
    assert_eq!(
        consumer["environment"]["QUEUE_URL"]["queue"],
        consumer["queue"]["name"]
    );
    let import = &told["functions"]["run-order-import"];
    assert_eq!(
        import["trigger"]["object"],
        json!({ "bucket": "imports", "prefix": "imports/" })
    );
    assert_eq!(
        told["tables"]["order-orders"]["indexes"]["by-due"]["pk"],
        "by_due_pk"
    );
    assert_eq!(told["tables"]["order-commands"]["stream"], true);
    let view = &told["functions"]["email-customer-on-order-confirmed"]["policy"];
    let view = view
        .as_array()
        .unwrap()
        .iter()
        .find(|statement| statement["sid"] == "ViewOrderOrderContact");
    assert!(
        view.unwrap()["attributes"]
            .as_array()
            .unwrap()
            .contains(&json!("customer_id"))
    );
}

#[test]
fn an_invocation_is_what_aws_would_send() {
    let files = || of_functions(&shop(), &Descriptions::new());
    let batch = json_of(
        files(),
        "events/invocations/email-customer-on-order-confirmed.json",
    );
    let body: Value = serde_json::from_str(batch["Records"][0]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["detail-type"], "order.confirmed.v1");
    assert_eq!(body["detail"]["metadata"]["type"], "order.confirmed.v1");
    assert_eq!(batch["Records"][0]["eventSource"], "aws:sqs");

    let request = json_of(files(), "events/invocations/get-order.json");
    assert_eq!(request["rawPath"], "/v1/orders/example");
    assert_eq!(request["pathParameters"]["id"], "example");

    let import = json_of(files(), "events/invocations/run-order-import.json");
    assert!(
        import["Records"][0]["body"]
            .as_str()
            .unwrap()
            .contains("imports/example")
    );

    let stream = json_of(files(), "events/invocations/relay-order-events.json");
    assert_eq!(stream["Records"][0]["eventName"], "INSERT");
    assert_eq!(
        stream["Records"][0]["dynamodb"]["NewImage"]["kind"]["S"],
        "command"
    );
}

#[test]
fn who_proves_reads_all_logs_and_of_commands_the_keys_alone() {
    let mut project = project(&[
        "name = \"admin\"\n[buckets.ends]\nlock_days = 9\n[functions.f]\nevery = \"1 day\"\naudits = true\nproves = true\n",
        "name = \"order\"\n[tables.t]\n[functions.g]\nevery = \"1 day\"\nwrites = [\"t\"]\n",
    ]);
    for manifest in project.services.values_mut() {
        manifest.audited = vec!["order".to_owned()];
    }
    let files = of_manifests(&project);
    let template = files
        .iter()
        .find(|file| file.path.ends_with("admin.yaml"))
        .map(|file| file.text.clone())
        .unwrap();
    for line in [
        "table/${Stage}-order-audit/index/*",
        "table/${Stage}-order-commands/index/by-time",
        "ObjectLockEnabled: true",
        "Days: 9",
    ] {
        assert!(template.contains(line), "{line} in {template}");
    }
    for line in ["Stage}-order-commands\"", "order-t", "ExpirationInDays"] {
        assert!(!template.contains(line), "{line} in {template}");
    }
    assert!(
        project.grants(&project.function("f").unwrap())[3]
            .actions
            .iter()
            .all(|action| *action == "dynamodb:Query")
    );
}
