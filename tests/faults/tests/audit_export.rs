//! A copy of the audit log has every entry that was asked for, once, whatever happens while it is written.

use std::{collections::BTreeSet, time::Duration};

use faults::{
    Person, World,
    journey::{
        admin,
        audit::{export, exported},
    },
};
use serde_json::{Value, json};
use testkit::{Ask, Stage};

/// An admin, and a few people whose accounts are in the log.
async fn some_day(stage: Stage) -> (World, Person, Vec<Person>) {
    let mut world = World::over(stage.with("ACCESS_TOKEN_SECONDS", "86400"));
    let root = admin(&mut world).await;
    let mut people = Vec::new();
    for who in ["one", "two", "three"] {
        people.push(Person::register(&mut world, who).await);
    }
    world.settle().await;
    world.stage.clock.advance(Duration::from_secs(1));
    (world, root, people)
}

fn names(lines: &[Value]) -> BTreeSet<String> {
    let names = lines.iter();
    names
        .map(|line| format!("{} {}", line["service"], line["number"]))
        .collect()
}

/// Everything that a list shows up to the end of an export.
async fn listed(world: &mut World, by: &Person, export: &Value) -> BTreeSet<String> {
    let to = export["filter"]["to"].as_str().unwrap_or_default();
    let (mut lines, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/audit?limit=100&to={to}{cursor}");
        let page = world
            .send("list-audit-entries", Ask::get(&path).by(&by.token))
            .await
            .body;
        lines.extend(page["data"].as_array().cloned().unwrap_or_default());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return names(&lines),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn it_has_what_a_list_shows_and_nothing_later() {
    let (mut world, root, people) = some_day(Stage::seeded(1)).await;
    let id = export(&mut world, &root, &json!({})).await;
    let (export_seen, lines) = exported(&mut world, &root, &id).await;
    assert_eq!(export_seen["status"], "completed", "{export_seen}");
    assert_eq!(export_seen["entries"], lines.len());
    assert_eq!(names(&lines).len(), lines.len());
    assert_eq!(names(&lines), listed(&mut world, &root, &export_seen).await);

    // It is in the log itself, and in the next export.
    world.stage.clock.advance(Duration::from_secs(1));
    let next = export(&mut world, &root, &json!({ "subject": id })).await;
    let (_, lines) = exported(&mut world, &root, &next).await;
    assert!(
        lines.iter().any(|line| line["action"] == "audit.export"),
        "{lines:?}"
    );

    let wanted = json!({ "subject": people[1].id, "action": "customer.register" });
    let one = export(&mut world, &root, &wanted).await;
    let (_, lines) = exported(&mut world, &root, &one).await;
    assert_eq!(
        (lines.len(), &lines[0]["subject"]),
        (1, &json!(people[1].id))
    );
    let nobody = export(&mut world, &root, &json!({ "service": "bakery" })).await;
    let (nobody, _) = exported(&mut world, &root, &nobody).await;
    assert_eq!(
        (&nobody["status"], &nobody["failure"]),
        (&json!("failed"), &json!("unknown_service"))
    );
}

#[tokio::test(start_paused = true)]
async fn it_goes_on_in_another_invocation_where_it_was() {
    // Each call takes so long that no invocation reads all logs.
    let slow = Stage::seeded(2).with_latency(Duration::from_secs(9));
    let (mut world, root, _) = some_day(slow).await;
    let id = export(&mut world, &root, &json!({})).await;
    let (seen, lines) = exported(&mut world, &root, &id).await;
    assert_eq!(seen["status"], "completed", "{seen}");
    assert!(world.invocations("write-audit-export-on-audit-export-scheduled") >= 2);
    assert_eq!(names(&lines).len(), lines.len());
    assert_eq!(names(&lines), listed(&mut world, &root, &seen).await);
    assert!(world.letters.is_empty());
}

#[tokio::test(start_paused = true)]
async fn it_is_gone_after_a_week_and_none_of_a_customers() {
    let (mut world, root, people) = some_day(Stage::seeded(3)).await;
    let id = export(&mut world, &root, &json!({})).await;
    let path = format!("/v1/audit/exports/{id}");
    let ask = Ask::get(&path).by(&people[0].token);
    assert_eq!(world.send("get-audit-export", ask).await.status, 403);
    for wrong in [
        json!({ "actor": "" }),
        json!({ "from": "today" }),
        json!({ "who": "me" }),
    ] {
        let ask = Ask::post("/v1/audit/exports").by(&root.token).json(&wrong);
        let refused = world.send("export-audit-log", ask).await;
        assert_eq!(
            (refused.status, refused.code()),
            (422, "validation_failed"),
            "{wrong}"
        );
    }
    world.stage.clock.advance(Duration::from_hours(7 * 24));
    let root = Person::log_in(&mut world, &root.id, &root.email).await;
    let gone = world
        .send("get-audit-export", Ask::get(&path).by(&root.token))
        .await;
    assert_eq!((gone.status, gone.code()), (404, "audit_export_not_found"));
}
