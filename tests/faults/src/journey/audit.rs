//! The admin looks at what was done this day, and proves that the log of it is whole.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Ask;

use super::{Person, ok, text};
use crate::World;

/// Asks for a copy of the audit log; its id.
pub async fn export(world: &mut World, by: &Person, wanted: &Value) -> String {
    let key = format!("export {wanted}");
    let ask = Ask::post("/v1/audit/exports").by(&by.token).key(&key);
    let export = world.send("export-audit-log", ask.json(wanted)).await;
    let export = ok(export, 202);
    let id = text(&export.body["id"]);
    assert_eq!(export.header("location"), format!("/v1/audit/exports/{id}"));
    world.settle().await;
    id
}

/// An export and the lines of its files.
pub async fn exported(world: &mut World, by: &Person, id: &str) -> (Value, Vec<Value>) {
    let ask = Ask::get(&format!("/v1/audit/exports/{id}")).by(&by.token);
    let export = ok(world.send("get-audit-export", ask).await, 200).body;
    let mut lines = Vec::new();
    for file in export["files"].as_array().into_iter().flatten() {
        // The link is to the object, signed.
        let url = text(&file["url"]);
        let (place, signature) = url.split_once('?').unwrap_or_default();
        assert!(signature.contains("X-Amz-Signature"), "{url}");
        let mut objects = world.stage.cloud.objects().into_iter();
        let object = objects
            .find(|object| place.ends_with(object))
            .unwrap_or_default();
        let bytes = world.stage.cloud.object(&object).unwrap_or_default();
        let written: Vec<Value> = String::from_utf8_lossy(&bytes)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_default())
            .collect();
        assert_eq!(file["entries"], written.len(), "{file}");
        lines.extend(written);
    }
    (export, lines)
}

pub(super) async fn look_and_prove(world: &mut World, root: &Person) {
    let root = Person::log_in(world, &root.id, &root.email).await;
    world.settle().await;
    world
        .tick("sign-audit-checkpoints", Duration::from_mins(5))
        .await;
    let ask = Ask::get("/v1/audit?action=order.place&limit=2").by(&root.token);
    let page = ok(world.send("list-audit-entries", ask).await, 200).body;
    assert_eq!(page["data"][0]["action"], "order.place", "{page}");
    assert_eq!(page["has_more"], true);

    let wanted = json!({ "action": "order.place", "service": "order" });
    let export = export(world, &root, &wanted).await;
    let (export, lines) = exported(world, &root, &export).await;
    assert_eq!(export["status"], "completed", "{export}");
    assert!(!lines.is_empty(), "{export}");
    assert!(lines.iter().all(|line| line["action"] == "order.place"));

    let ask = Ask::get("/v1/audit/verify").by(&root.token);
    let proof = ok(world.send("verify-audit-chain", ask).await, 200).body;
    assert_eq!(proof["ok"], true, "{proof}");
    let ask = Ask::get("/.well-known/audit-keys.json");
    let keys = ok(world.send("get-audit-keys", ask).await, 200).body;
    assert_eq!(keys["keys"][0]["kty"], "EC");
}
