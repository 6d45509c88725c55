use serde_json::json;

use super::*;
use crate::describe::Description;
use crate::tests::shop;

fn description(value: Value) -> Description {
    serde_json::from_value(value).unwrap()
}

fn rendered() -> Value {
    let address = json!({ "type": "object", "properties": { "city": { "type": "string" } } });
    let mut descriptions = Descriptions::new();
    descriptions.insert(
        "place-order".into(),
        description(json!({
            "kind": "http",
            "input": {
                "body": {
                    "title": "NewOrder",
                    "type": "object",
                    "properties": { "to": { "$ref": "#/$defs/Address" } },
                    "$defs": { "Address": address },
                },
                "content_types": ["application/json"],
            },
            "reply": { "title": "Order", "type": "object" },
        })),
    );
    descriptions.insert(
        "get-order".into(),
        description(json!({
            "kind": "http",
            "input": { "query": {
                "title": "Q",
                "type": "object",
                "required": ["cursor"],
                "properties": { "cursor": { "type": "string", "description": "Where to go on." } },
            } },
            "reply": { "title": "Order", "type": "object", "properties": { "id": {} } },
        })),
    );
    serde_json::from_str(&document(&shop(), &descriptions)).unwrap()
}

#[test]
fn types_are_lifted_out_and_their_references_follow() {
    let document = rendered();
    let schemas = &document["components"]["schemas"];
    assert_eq!(
        schemas["NewOrder"]["properties"]["to"]["$ref"],
        "#/components/schemas/Address"
    );
    assert_eq!(schemas["Address"]["type"], "object");
    assert!(schemas["NewOrder"].get("$defs").is_none());
}

#[test]
fn two_types_of_one_name_stay_two() {
    let document = rendered();
    let schemas = &document["components"]["schemas"];
    assert_ne!(schemas["Order"], schemas["PlaceOrderOrder"]);
}

#[test]
fn an_operation_says_who_may_call_it_what_it_takes_and_what_it_refuses() {
    let document = rendered();
    let place = &document["paths"]["/v1/orders"]["post"];
    assert_eq!(place["operationId"], "place-order");
    assert_eq!(place["security"], json!([{ "bearer": [] }]));
    assert_eq!(place["parameters"][0]["name"], "Idempotency-Key");
    assert_eq!(place["parameters"][0]["required"], true);
    assert!(place["responses"]["201"]["headers"]["Location"].is_object());
    let conflict = place["responses"]["409"]["description"].as_str().unwrap();
    assert!(conflict.contains("`cart_empty`") && conflict.contains("`idempotency_in_flight`"));
}

#[test]
fn a_public_operation_takes_a_token_but_does_not_need_one() {
    let document = rendered();
    let get = &document["paths"]["/v1/orders/{id}"]["get"];
    assert_eq!(get["security"], json!([{}, { "bearer": [] }]));
    assert_eq!(get["parameters"][0]["in"], "path");
    assert_eq!(get["parameters"][1]["required"], true);
    assert!(
        get["responses"]["400"]["description"]
            .as_str()
            .unwrap()
            .contains("`invalid_cursor`")
    );
}

#[test]
fn a_patch_may_leave_out_anything_and_remove_what_may_be_missing() {
    let patch = operation::patch_of(&json!({
        "title": "Product",
        "required": ["title"],
        "properties": {
            "title": { "type": "string", "description": "Its name." },
            "about": { "type": "string", "default": "" },
        },
    }));
    assert_eq!(patch["title"], "ProductPatch");
    assert!(patch.get("required").is_none());
    assert_eq!(
        patch["properties"]["title"],
        json!({ "type": "string", "description": "Its name." })
    );
    assert_eq!(
        patch["properties"]["about"],
        json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] })
    );
}
