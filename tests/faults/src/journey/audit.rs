//! The admin looks at what was done this day, and proves that the log of it is whole.

use std::time::Duration;

use testkit::Ask;

use super::{Person, ok};
use crate::World;

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

    let ask = Ask::get("/v1/audit/verify").by(&root.token);
    let proof = ok(world.send("verify-audit-chain", ask).await, 200).body;
    assert_eq!(proof["ok"], true, "{proof}");
    let ask = Ask::get("/.well-known/audit-keys.json");
    let keys = ok(world.send("get-audit-keys", ask).await, 200).body;
    assert_eq!(keys["keys"][0]["kty"], "EC");
}
