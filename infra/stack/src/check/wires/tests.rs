use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::tests::shop;

/// The shop's templates as AWS expands them: made by `expand.py` from what is rendered from the shop's manifests,
/// and kept beside it, so that these tests need no Python.
fn expanded() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/expanded.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn said(templates: &Value) -> String {
    let templates: Templates = templates
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, template)| (name.clone(), Template::of(template)))
        .collect();
    all(&shop(), &templates)
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

/// What is said after one change to the resource of the order service.
fn said_after(resource: &str, change: impl Fn(&mut Value)) -> String {
    let mut templates = expanded();
    let resource = &mut templates["order"]["Resources"][resource];
    assert!(resource.is_object(), "there is no such resource");
    change(resource);
    said(&templates)
}

fn gone(resource: &mut Value) {
    *resource = json!({ "Type": "Gone" });
}

#[test]
fn every_wire_of_the_shop_holds() {
    assert_eq!(said(&expanded()), "");
}

#[test]
fn an_endpoint_needs_integration_route_and_permission() {
    assert!(said_after("PlaceOrderIntegration", gone).contains("place-order: no integration"));
    assert!(said_after("PlaceOrderRoute", gone).contains("no route `POST /v1/orders`"));
    assert!(said_after("PlaceOrderPermission", gone).contains("every request would be a 500"));
    let wide = |permission: &mut Value| permission["Properties"]["SourceArn"] = json!("*");
    assert!(said_after("PlaceOrderPermission", wide).contains("for this route alone"));
}

#[test]
fn everything_goes_through_the_alias() {
    assert!(said_after("PlaceOrderAliaslive", gone).contains("no alias"));
}

#[test]
fn a_rule_must_listen_and_lead_to_the_queue() {
    let deaf = |rule: &mut Value| {
        rule["Properties"]["EventPattern"]["detail-type"] = json!(["stock.refused.v1"]);
    };
    assert!(
        said_after("CancelOrderOnPaymentDeclinedRule", deaf)
            .contains("its rule listens to stock.refused.v1")
    );
    let astray = |rule: &mut Value| rule["Properties"]["Targets"][0]["Arn"] = json!("elsewhere");
    assert!(
        said_after("CancelOrderOnPaymentDeclinedRule", astray)
            .contains("does not lead to its queue")
    );
}

#[test]
fn a_queue_s_policy_names_its_one_source() {
    let policy = "CancelOrderOnPaymentDeclinedQueuePolicy";
    assert!(said_after(policy, gone).contains("the bus may not send"));
    let open = |policy: &mut Value| {
        policy["Properties"]["PolicyDocument"]["Statement"][0]["Condition"] = Value::Null;
    };
    assert!(said_after(policy, open).contains("the bus may not send"));
}

#[test]
fn a_consumer_needs_dead_letters() {
    let without = |queue: &mut Value| queue["Properties"]["RedrivePolicy"] = Value::Null;
    assert!(said_after("CancelOrderOnPaymentDeclinedQueue", without).contains("no dead letters"));
}

#[test]
fn dead_letters_need_an_alarm() {
    assert!(
        said_after("CancelOrderOnPaymentDeclinedDeadLettersAlarm", gone)
            .contains("no alarm watches")
    );
}

#[test]
fn a_message_is_hidden_for_six_times_the_timeout() {
    let short = |queue: &mut Value| queue["Properties"]["VisibilityTimeout"] = json!(179);
    assert!(
        said_after("CancelOrderOnPaymentDeclinedQueue", short)
            .contains("less than 6 × its timeout (180 s)")
    );
}

#[test]
fn a_mapping_takes_partial_failures() {
    let whole = |mapping: &mut Value| mapping["Properties"]["FunctionResponseTypes"] = Value::Null;
    assert!(said_after("CancelOrderOnPaymentDeclinedMapping", whole).contains("partial failures"));
    assert!(said_after("CancelOrderOnPaymentDeclinedMapping", gone).contains("no mapping"));
}

#[test]
fn a_bucket_announces_and_may() {
    let silent =
        |bucket: &mut Value| bucket["Properties"]["NotificationConfiguration"] = Value::Null;
    assert!(said_after("ImportsBucket", silent).contains("does not announce"));
    assert!(said_after("ImportsQueuePolicy", gone).contains("may not send to its queue"));
}

#[test]
fn a_schedule_s_role_may_invoke() {
    assert!(said_after("WatchStuckOrdersScheduleRole", gone).contains("it would never run"));
    assert!(said_after("WatchStuckOrdersSchedule", gone).contains("no schedule"));
}

#[test]
fn a_relay_reads_from_the_beginning_and_sets_aside() {
    let mapping = "RelayOrderEventsMapping";
    for (property, word) in [
        ("StartingPosition", "start at the beginning"),
        ("BisectBatchOnFunctionError", "does not bisect"),
        ("MaximumRetryAttempts", "for ever"),
        ("FilterCriteria", "not filtered"),
        ("DestinationConfig", "no dead letters"),
    ] {
        let said = said_after(mapping, |mapping| {
            mapping["Properties"][property] = Value::Null;
        });
        assert!(said.contains(word), "{property}: {said}");
    }
    let dry = |table: &mut Value| table["Properties"]["StreamSpecification"] = Value::Null;
    assert!(said_after("CommandsTable", dry).contains("no stream"));
}

#[test]
fn a_role_is_exactly_what_its_manifest_says() {
    let statement = |role: &mut Value, action: &str, resource: &str| {
        let statements = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
            .as_array_mut()
            .unwrap();
        statements.push(json!({ "Effect": "Allow", "Action": action, "Resource": resource }));
    };
    let more = said_after("GetOrderRole", |role| {
        statement(role, "sqs:SendMessage", "arn:x");
    });
    assert!(
        more.contains("may sqs:SendMessage on arn:x, which its manifest does not say"),
        "{more}"
    );
    let anything = said_after("GetOrderRole", |role| {
        statement(role, "dynamodb:GetItem", "*");
    });
    assert!(
        anything.contains("a grant names what it is for"),
        "{anything}"
    );
    let all_actions = said_after("GetOrderRole", |role| {
        statement(role, "dynamodb:*", "arn:x");
    });
    assert!(
        all_actions.contains("a grant names what it is for"),
        "{all_actions}"
    );
    let none = said_after("GetOrderRole", |role| {
        role["Properties"]["Policies"] = json!([]);
    });
    assert!(none.contains("may not dynamodb:Query"), "{none}");
}

#[test]
fn a_role_is_one_function_s() {
    let shared = |lambda: &mut Value| {
        lambda["Properties"]["Role"] = json!({ "Fn::GetAtt": ["PlaceOrderRole", "Arn"] });
    };
    assert!(said_after("GetOrder", shared).contains("shares its role"));
}

#[test]
fn a_view_is_read_by_its_attributes() {
    let mut templates = expanded();
    let role = &mut templates["notification"]["Resources"]["EmailCustomerOnOrderConfirmedRole"];
    let statements = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
        .as_array_mut()
        .unwrap();
    let view = statements
        .iter_mut()
        .find(|statement| statement["Sid"] == "ViewOrderOrderContact")
        .unwrap();
    view["Condition"] = Value::Null;
    assert!(said(&templates).contains("beyond the attributes of its view"));
}

#[test]
fn a_log_ends() {
    let endless = |log: &mut Value| log["Properties"]["RetentionInDays"] = Value::Null;
    assert!(said_after("PlaceOrderLog", endless).contains("paid for, for ever"));
}
