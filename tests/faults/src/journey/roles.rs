//! Someone is given a role that an admin has made, is told why they may do what it allows, and loses it.

use serde_json::{Value, json};
use testkit::Ask;

use super::{Person, ok, text};
use crate::World;

/// Makes a role, and returns its id.
pub async fn make_role(
    world: &mut World,
    admin: &Person,
    name: &str,
    allowances: &[&str],
    inherits: &[&str],
) -> String {
    let role = json!({ "name": name, "allowances": allowances, "inherits": inherits });
    let ask = Ask::post("/v1/roles").by(&admin.token);
    let ask = ask.key(&format!("make {name}")).json(&role);
    text(&ok(world.send("create-role", ask).await, 201).body["id"])
}

/// A role as admins see it, with its version.
pub async fn see_role(world: &mut World, admin: &Person, role: &str) -> (Value, String) {
    let ask = Ask::get(&format!("/v1/roles/{role}")).by(&admin.token);
    let answer = ok(world.send("get-role", ask).await, 200);
    let version = answer.header("etag").to_owned();
    (answer.body, version)
}

/// The request that changes a role as it is now.
pub async fn change_role(world: &mut World, admin: &Person, role: &str, patch: Value) -> Ask {
    let (_, version) = see_role(world, admin, role).await;
    Ask::new("PATCH", &format!("/v1/roles/{role}"))
        .by(&admin.token)
        .key(&format!("change {role} {version} {patch}"))
        .header("if-match", &version)
        .body("application/merge-patch+json", patch.to_string())
}

/// The request that gives someone a role.
pub fn give_role(admin: &Person, who: &str, role: &str) -> Ask {
    let path = format!("/v1/customers/{who}/custom-roles/{role}");
    let ask = Ask::new("PUT", &path).by(&admin.token);
    ask.key(&format!("give {who} {role}"))
}

/// The request that takes it again.
pub fn take_role(admin: &Person, who: &str, role: &str) -> Ask {
    let path = format!("/v1/customers/{who}/custom-roles/{role}");
    let ask = Ask::new("DELETE", &path).by(&admin.token);
    ask.key(&format!("take {who} {role}"))
}

pub(super) async fn roles(world: &mut World, root: &Person) {
    let ask = Ask::get("/v1/permissions").by(&root.token);
    ok(world.send("list-permissions", ask).await, 200);
    let clerk = make_role(world, root, "Clerk", &["order:read@any"], &[]).await;
    let auditor = make_role(world, root, "Auditor", &["payment:read@any"], &[&clerk]).await;
    let ask = Ask::get("/v1/roles").by(&root.token);
    let listed = ok(world.send("list-roles", ask).await, 200).body;
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(6));

    let person = Person::register(world, "auditor").await;
    world.settle().await;
    let ask = give_role(root, &person.id, &auditor);
    ok(world.send("assign-role", ask).await, 200);
    world.settle().await;
    let ask = Ask::get(&format!("/v1/roles/{auditor}/holders")).by(&root.token);
    let holders = ok(world.send("list-role-holders", ask).await, 200).body;
    assert_eq!(holders["data"][0]["customer_id"], person.id.as_str());

    // What the role inherits grows, and with it what the customer may do.
    let more = json!({ "allowances": ["order:read@any", "customer:read@any"] });
    let ask = change_role(world, root, &clerk, more).await;
    ok(world.send("change-role", ask).await, 200);
    world.settle().await;
    let path = format!("/v1/customers/{}/custom-roles", person.id);
    let has = world.send("list-customer-roles", Ask::get(&path).by(&root.token));
    let has = ok(has.await, 200).body;
    assert_eq!(has["allowances"].as_array().map(Vec::len), Some(3));

    let person = Person::log_in(world, &person.id, &person.email).await;
    let ask = Ask::get("/v1/me/permissions").by(&person.token);
    let own = ok(world.send("get-own-permissions", ask).await, 200).body;
    let own = own["permissions"].as_array().unwrap();
    let may = own
        .iter()
        .find(|one| one["allowance"] == "customer:read@any");
    let why = &may.unwrap()["reasons"][0];
    assert_eq!(
        (&why["name"], &why["through"][0]["name"]),
        (&"Auditor".into(), &"Clerk".into())
    );

    let ask = take_role(root, &person.id, &auditor);
    ok(world.send("revoke-role", ask).await, 204);
    world.settle().await;
    let ask = Ask::new("DELETE", &format!("/v1/roles/{auditor}")).by(&root.token);
    ok(
        world.send("delete-role", ask.key("delete auditor")).await,
        204,
    );
    world.settle().await;
}
