//! What anyone may send. Nothing of it changes anything.

use std::collections::BTreeSet;

use faults::{World, endpoints::endpoints, shopper, tokens::bad_tokens};
use kernel::{Role, Rule};
use serde_json::Value;
use testkit::{Answer, Ask};

/// What is not to change: how many requests came is counted all the same.
fn kept(table: &str) -> bool {
    !table.ends_with("-limits") && !table.ends_with("-key-uses")
}

/// Sends what must be refused, and change nothing.
pub(crate) async fn refused(
    world: &mut World,
    function: &'static str,
    ask: Ask,
    what: &str,
) -> Answer {
    let before = world.stage.cloud.snapshot(kept);
    let answer = world.send(function, ask).await;
    let told = format!("{function} with {what}: {} {}", answer.status, answer.text);
    assert!((400..500).contains(&answer.status), "{told}");
    assert_eq!(
        answer.header("content-type"),
        "application/problem+json",
        "{told}"
    );
    assert!(
        answer.body["request_id"].is_string() && !answer.code().is_empty(),
        "{told}"
    );
    assert!(
        world.stage.cloud.snapshot(kept) == before,
        "{told} changed something"
    );
    answer
}

#[tokio::test(start_paused = true)]
async fn only_a_good_token_opens_a_door() {
    let mut world = World::new(1);
    let person = shopper(&mut world, "shopper").await;
    let bad = bad_tokens(&world.stage, &person.refresh_token);
    let names: BTreeSet<&str> = bad.iter().map(|token| token.what.as_str()).collect();
    assert_eq!(names.len(), bad.len(), "each is there once");
    assert!(bad.len() >= 60, "only {} tokens", bad.len());

    let good = world
        .stage
        .token(world.stage.customer(), &[Role::SuperAdmin]);
    let (mut doors, mut sent) = (0, 0);
    let mut open = Vec::new();
    for endpoint in endpoints() {
        if endpoint.rule == Rule::Public {
            continue;
        }
        doors += 1;
        let ask = endpoint.ask(&world.stage);
        let before = world.stage.cloud.snapshot(|_| true);
        world.warm(endpoint.function).await;
        world.calls.clear();
        let mut first: Option<(Value, String)> = None;
        for token in &bad {
            let answer = world.send(endpoint.function, token.on(ask.clone())).await;
            sent += 1;
            let told = format!("{} with {}", endpoint.function, token.what);
            if answer.status != 401 || answer.header("www-authenticate") != "Bearer" {
                open.push(format!("{told}: {} {}", answer.status, answer.text));
                continue;
            }
            // Whoever sent it does not learn how close it came.
            let mut headers = answer.headers.clone();
            let id = headers["x-request-id"].take();
            let text = answer.text.replace(id.as_str().unwrap_or_default(), "");
            let first = first.get_or_insert_with(|| (headers.clone(), text.clone()));
            assert_eq!(*first, (headers, text), "{told}");
        }
        // Nothing is asked, let alone changed, for somebody who is not known.
        assert!(
            world.calls.is_empty(),
            "{}: {:?}",
            endpoint.function,
            world.calls
        );
        assert!(
            world.stage.cloud.snapshot(|_| true) == before,
            "{}",
            endpoint.function
        );
        let answer = world.send(endpoint.function, ask.by(&good)).await;
        assert_ne!(answer.status, 401, "{}: a good token", endpoint.function);
    }
    println!("{} bad tokens on {doors} doors: {sent} requests", bad.len());
    assert!(open.is_empty(), "{}", open.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn no_body_that_is_wrong_changes_anything() {
    let mut world = World::new(1);
    let customer = world.stage.customer();
    let token = world
        .stage
        .token(customer, &[Role::Customer, Role::Seller, Role::SuperAdmin]);
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let bodies = [
        ("no JSON", "{\"a\":".to_owned()),
        ("nothing", String::new()),
        ("a list", "[]".to_owned()),
        ("a number", "7".to_owned()),
        ("an unknown field", "{\"unknown\":1}".to_owned()),
        ("null", "null".to_owned()),
        ("a deep list", deep),
        ("no UTF-8 escape", "{\"\\ud800\":1}".to_owned()),
        (
            "the same field twice",
            "{\"quantity\":1,\"quantity\":2}".to_owned(),
        ),
        ("a huge number", "{\"quantity\":1e400}".to_owned()),
    ];
    let mut sent = 0;
    for endpoint in endpoints() {
        if !endpoint.takes_a_body()
            || [
                "import-products",
                "start-import-upload",
                "log-out",
                "log-out-customer",
                "unblock-customer",
                "publish-product",
                "ship-order",
            ]
            .contains(&endpoint.function)
        {
            continue;
        }
        for (what, body) in &bodies {
            let content_type = match endpoint.method.as_str() {
                "PATCH" if endpoint.function == "update-product" => "application/merge-patch+json",
                _ => "application/json",
            };
            let ask = endpoint
                .ask(&world.stage)
                .by(&token)
                .header("if-match", "\"1\"");
            refused(
                &mut world,
                endpoint.function,
                ask.body(content_type, body.clone()),
                what,
            )
            .await;
            sent += 1;
        }
        let ask = endpoint
            .ask(&world.stage)
            .by(&token)
            .body("text/html", "<p>");
        refused(&mut world, endpoint.function, ask, "another media type").await;
    }
    assert!(sent >= 70, "only {sent} bodies were sent");
}
