//! Custom roles: changed by many at once, given and taken, and told to everyone who has them.

use std::{collections::BTreeSet, time::Duration};

use faults::{
    Person, World,
    journey::roles::{change_role, give_role, make_role, see_role, take_role},
    seller, shopper,
};
use serde_json::{Value, json};
use testkit::{Answer, Ask};

/// What is revoked is refused everywhere after this.
const A_MINUTE: Duration = Duration::from_secs(60);

async fn root(world: &mut World) -> Person {
    // A seller is made by the first admin, who is made for it.
    seller(world, "seller").await;
    Person::log_in(world, "", "root@example.com").await
}

/// An admin who is no super admin.
async fn admin(world: &mut World, root: &Person) -> Person {
    let person = shopper(world, "admin").await;
    let ask = Ask::new("PUT", &format!("/v1/customers/{}/roles", person.id)).by(&root.token);
    let ask = ask.key("make admin");
    let ask = ask.json(&json!({ "roles": ["customer", "admin"] }));
    assert_eq!(world.send("change-customer-roles", ask).await.status, 200);
    Person::log_in(world, &person.id, &person.email).await
}

async fn try_role(world: &mut World, who: &Person, role: Value) -> Answer {
    let ask = Ask::post("/v1/roles").by(&who.token);
    world
        .send("create-role", ask.key(&role.to_string()).json(&role))
        .await
}

async fn give(world: &mut World, admin: &Person, who: &str, role: &str) {
    let answer = world.send("assign-role", give_role(admin, who, role)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test(start_paused = true)]
async fn two_changes_at_once_do_not_close_a_cycle() {
    for seed in 0..12 {
        let mut world = World::new(seed);
        let root = root(&mut world).await;
        let one = make_role(&mut world, &root, "One", &[], &[]).await;
        let two = make_role(&mut world, &root, "Two", &[], &[]).await;
        let asks = vec![
            change_role(&mut world, &root, &one, json!({ "inherits": [two] })).await,
            change_role(&mut world, &root, &two, json!({ "inherits": [one] })).await,
        ];
        let answers = world.at_once("change-role", asks).await;
        let done = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(done, 1, "seed {seed}");
        let refused = answers.iter().find(|answer| answer.status != 200).unwrap();
        assert_eq!((refused.status, refused.code()), (409, "role_cycle"));
        let mut above = Vec::new();
        for role in [&one, &two] {
            above.push(see_role(&mut world, &root, role).await.0["inherits"].clone());
        }
        assert_eq!(above.iter().filter(|list| **list != json!([])).count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_role_is_given_once_and_deleted_only_when_nobody_has_it() {
    let mut world = World::new(3);
    let root = root(&mut world).await;
    let role = make_role(&mut world, &root, "Auditor", &["payment:read@any"], &[]).await;
    let person = shopper(&mut world, "auditor").await;
    let asks =
        (0..6).map(|number| give_role(&root, &person.id, &role).key(&format!("key {number}")));
    let answers = world.at_once("assign-role", asks.collect()).await;
    assert!(answers.iter().any(|answer| answer.status == 200));
    for answer in &answers {
        assert!([200, 409].contains(&answer.status), "{}", answer.text);
    }
    world.settle().await;
    assert_eq!(world.events("role.assignments-changed.v1").len(), 1);

    let delete = |key: &str| {
        let ask = Ask::new("DELETE", &format!("/v1/roles/{role}")).by(&root.token);
        ask.key(key)
    };
    let refused = world.send("delete-role", delete("first")).await;
    assert_eq!((refused.status, refused.code()), (409, "role_in_use"));
    let heir = make_role(&mut world, &root, "Heir", &[], &[&role]).await;
    let taken = take_role(&root, &person.id, &role);
    assert_eq!(world.send("revoke-role", taken).await.status, 204);
    let refused = world.send("delete-role", delete("second")).await;
    assert_eq!((refused.status, refused.code()), (409, "role_in_use"));
    let ask = Ask::new("DELETE", &format!("/v1/roles/{heir}")).by(&root.token);
    let gone = world.send("delete-role", ask.key("heir")).await;
    assert_eq!(gone.status, 204);
    let gone = world.send("delete-role", delete("third")).await;
    assert_eq!(gone.status, 204);
    let again = world
        .send(
            "assign-role",
            give_role(&root, &person.id, &role).key("late"),
        )
        .await;
    assert_eq!((again.status, again.code()), (404, "role_not_found"));
}

#[tokio::test(start_paused = true)]
async fn nobody_gives_what_they_lack() {
    let mut world = World::new(4);
    let root = root(&mut world).await;
    let admin = admin(&mut world, &root).await;
    let crown = json!({ "name": "Crown", "allowances": ["role:assign-admin@any"] });
    let refused = try_role(&mut world, &admin, crown.clone()).await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));

    // Neither by inheriting it, nor by giving, changing or deleting a super admin's role.
    let crown = make_role(&mut world, &root, "Crown", &["role:assign-admin@any"], &[]).await;
    let heir = json!({ "name": "Heir", "inherits": [crown] });
    let refused = try_role(&mut world, &admin, heir).await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    let person = shopper(&mut world, "person").await;
    let refused = world
        .send("assign-role", give_role(&admin, &person.id, &crown))
        .await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    let ask = change_role(&mut world, &admin, &crown, json!({ "allowances": [] })).await;
    let refused = world.send("change-role", ask).await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));

    // Who may make roles by a role alone makes none of more than that.
    let powers = ["role:manage@any", "role:read@any"];
    let maker = make_role(&mut world, &root, "Maker", &powers, &[]).await;
    give(&mut world, &root, &person.id, &maker).await;
    world.settle().await;
    let person = Person::log_in(&mut world, &person.id, &person.email).await;
    let more = json!({ "name": "More", "allowances": ["order:read@any"] });
    let refused = try_role(&mut world, &person, more).await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    let less = json!({ "name": "Less", "allowances": ["role:read@any", "order:read@own"] });
    assert_eq!(try_role(&mut world, &person, less).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn what_is_given_and_taken_is_so_within_a_minute() {
    let mut world = World::new(5);
    let root = root(&mut world).await;
    let role = make_role(&mut world, &root, "Auditor", &["customer:read@any"], &[]).await;
    let person = shopper(&mut world, "auditor").await;
    let look =
        |person: &Person| Ask::get(&format!("/v1/customers/{}", person.id)).by(&person.token);
    assert_eq!(world.send("get-customer", look(&person)).await.status, 403);

    give(&mut world, &root, &person.id, &role).await;
    world.settle().await;
    world.stage.clock.advance(A_MINUTE);
    assert_eq!(world.send("get-customer", look(&person)).await.status, 401);
    let auditor = Person::log_in(&mut world, &person.id, &person.email).await;
    assert_eq!(world.send("get-customer", look(&auditor)).await.status, 200);
    let block = Ask::post(&format!("/v1/customers/{}/block", person.id)).by(&auditor.token);
    let block = block.key("block").json(&json!({ "reason": "None." }));
    assert_eq!(world.send("block-customer", block).await.status, 403);

    let taken = take_role(&root, &person.id, &role);
    assert_eq!(world.send("revoke-role", taken).await.status, 204);
    world.settle().await;
    world.stage.clock.advance(A_MINUTE);
    assert_eq!(world.send("get-customer", look(&auditor)).await.status, 401);
    let person = Person::log_in(&mut world, &person.id, &person.email).await;
    assert_eq!(world.send("get-customer", look(&person)).await.status, 403);
}

#[tokio::test(start_paused = true)]
async fn who_assigns_roles_by_a_role_alone_makes_nobody_a_seller() {
    let mut world = World::new(6);
    let root = root(&mut world).await;
    let powers = ["role:assign@any", "customer:read@any"];
    let role = make_role(&mut world, &root, "Assigner", &powers, &[]).await;
    let person = shopper(&mut world, "assigner").await;
    give(&mut world, &root, &person.id, &role).await;
    world.settle().await;
    let person = Person::log_in(&mut world, &person.id, &person.email).await;
    let path = format!("/v1/customers/{}/roles", person.id);
    let ask = Ask::new("PUT", &path).by(&person.token).key("promote me");
    let ask = ask.json(&json!({ "roles": ["customer", "seller"] }));
    let refused = world.send("change-customer-roles", ask).await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    let other = shopper(&mut world, "other").await;
    give(&mut world, &person, &other.id, &role).await;
}

/// What an account says that its customer may do beyond its roles.
fn given(world: &World, customer: &str) -> BTreeSet<String> {
    let accounts = world.stage.cloud.items("customer-customers");
    let account = accounts
        .iter()
        .find(|item| item["customer_id"] == customer)
        .unwrap();
    let listed = account["given"]["allowances"].as_array();
    let text = |one: &Value| one.as_str().unwrap_or_default().to_owned();
    listed.into_iter().flatten().map(text).collect()
}

#[tokio::test(start_paused = true)]
async fn a_role_that_changes_twice_reaches_all_who_have_it_or_an_heir_of_it() {
    // More than a page of them.
    const HOLDERS: usize = 60;
    for seed in [1, 2] {
        let mut world = World::unruly(seed);
        let root = root(&mut world).await;
        let clerk = make_role(&mut world, &root, "Clerk", &["order:read@any"], &[]).await;
        let inherits = [clerk.as_str()];
        let heir = make_role(&mut world, &root, "Heir", &["payment:read@any"], &inherits).await;
        let mut people = Vec::new();
        for number in 0..HOLDERS {
            let body = json!({
                "email": format!("holder-{number}@example.com"),
                "password": "correct horse battery staple", "name": "Robin",
            });
            let ask = Ask::post("/v1/customers").key(&format!("register {number}"));
            let person = world.send("register-customer", ask.json(&body)).await;
            let id = person.body["id"].as_str().unwrap().to_owned();
            give(&mut world, &root, &id, &heir).await;
            people.push(id);
        }
        world.settle().await;

        let first = json!({ "allowances": ["order:read@any", "customer:read@any"] });
        let ask = change_role(&mut world, &root, &clerk, first).await;
        assert_eq!(world.send("change-role", ask).await.status, 200);
        // The first change is halfway through when the second comes.
        let told = world.events("role.assignments-changed.v1").len();
        while world.events("role.assignments-changed.v1").len() < told + 10 {
            assert!(world.step().await, "nobody is told");
        }
        let second = json!({ "allowances": ["platform:read@any"] });
        let ask = change_role(&mut world, &root, &clerk, second).await;
        assert_eq!(world.send("change-role", ask).await.status, 200);
        world.settle().await;

        let wanted = ["payment:read@any", "platform:read@any"];
        let wanted: BTreeSet<String> = wanted.iter().map(|one| (*one).to_owned()).collect();
        for person in &people {
            assert_eq!(given(&world, person), wanted, "seed {seed}");
        }
        assert!(world.letters.is_empty(), "{:?}", world.letters);
    }
}
