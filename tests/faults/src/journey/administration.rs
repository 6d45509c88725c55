//! Admins look for customers, and see the marketplace as one of them does.

use serde_json::{Value, json};
use testkit::{Answer, Ask};

use super::{Person, claims, ok, text};
use crate::World;

/// The customers that a search finds.
pub async fn found(world: &mut World, by: &Person, query: &str) -> Vec<Value> {
    let ask = Ask::get(&format!("/v1/customers?{query}")).by(&by.token);
    let page = ok(world.send("list-customers", ask).await, 200).body;
    page["data"].as_array().cloned().unwrap_or_default()
}

/// Asks to act in a customer's name.
pub async fn impersonate(world: &mut World, by: &Person, customer: &str) -> Answer {
    let ask = Ask::post(&format!("/v1/customers/{customer}/impersonation")).by(&by.token);
    let ask = ask.json(&json!({ "reason": "Cannot find an order." }));
    world.send("impersonate-customer", ask).await
}

pub(super) async fn administer(world: &mut World, root: &Person) {
    let lost = Person::register(world, "lost").await;
    for query in [
        format!("email={}", lost.email),
        "limit=100".to_owned(),
        "name=wilhelmina%20o&limit=100".to_owned(),
        "status=active&role=customer".to_owned(),
    ] {
        let found = found(world, root, &query).await;
        let is_there = found.iter().any(|one| one["id"] == lost.id.as_str());
        assert!(is_there, "{query}: {found:?}");
    }

    let token = ok(impersonate(world, root, &lost.id).await, 200).body;
    let token = text(&token["access_token"]);
    assert_eq!(claims(&token)["act"]["sub"], claims(&root.token)["sub"]);
    let ask = Ask::get("/v1/customers/me").by(&token);
    let seen = ok(world.send("get-own-profile", ask).await, 200);
    assert_eq!(seen.body["impersonated_by"], claims(&root.token)["sub"]);
    assert_eq!(
        seen.header("souk-impersonated-by"),
        text(&claims(&root.token)["sub"])
    );

    let path = format!("/v1/customers/{}/security-events", lost.id);
    let ask = Ask::get(&path).by(&root.token);
    let events = ok(world.send("list-customer-security-events", ask).await, 200).body;
    let event = &events["data"][0];
    assert_eq!(event["what"], "impersonated", "{events}");
    assert_eq!(event["reason"], "Cannot find an order.");
}
