//! What ends a token before its time takes effect in every function within a minute, without a call more for most
//! requests.

use std::time::Duration;

use faults::{Person, World, journey::admin};
use serde_json::json;
use testkit::{Ask, Call};

const MINUTE: Duration = Duration::from_mins(1);

/// The status of a look at one's own account, one's orders and one's cart: three services.
async fn seen(world: &mut World, token: &str) -> [u16; 3] {
    let mut statuses = [0; 3];
    for (i, (function, path)) in [
        ("get-own-profile", "/v1/customers/me"),
        ("list-orders", "/v1/orders"),
        ("get-cart", "/v1/cart"),
    ]
    .into_iter()
    .enumerate()
    {
        statuses[i] = world.send(function, Ask::get(path).by(token)).await.status;
    }
    statuses
}

/// A world with an admin, and someone whose token was in use a moment ago.
async fn someone(seed: u64) -> (World, Person, Person) {
    let mut world = World::new(seed);
    let root = admin(&mut world).await;
    let person = Person::register(&mut world, "someone").await;
    assert_eq!(seen(&mut world, &person.token).await, [200; 3]);
    (world, root, person)
}

fn reads(calls: &[Call]) -> usize {
    calls
        .iter()
        .filter(|call| call.operation == "Query")
        .count()
}

#[tokio::test(start_paused = true)]
async fn a_log_out_ends_the_access_token_too() {
    let (mut world, _, person) = someone(1).await;
    let other = Person::log_in(&mut world, &person.id, &person.email).await;
    let ask = Ask::post("/v1/auth/logout").by(&person.token);
    assert_eq!(world.send("log-out", ask).await.status, 204);

    world.stage.clock.advance(MINUTE);
    assert_eq!(seen(&mut world, &person.token).await, [401; 3]);
    // Another log-in is another session.
    assert_eq!(seen(&mut world, &other.token).await, [200; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_block_and_other_roles_end_every_token_there_is() {
    for what in ["block", "roles"] {
        let (mut world, root, person) = someone(2).await;
        let path = format!("/v1/customers/{}/{what}", person.id);
        let answer = if what == "block" {
            let ask = Ask::post(&path).by(&root.token).key("block");
            let ask = ask.json(&json!({ "reason": "Pays with cards of others." }));
            world.send("block-customer", ask).await
        } else {
            let ask = Ask::new("PUT", &path).by(&root.token).key("roles");
            let ask = ask.json(&json!({ "roles": ["customer", "seller"] }));
            world.send("change-customer-roles", ask).await
        };
        assert_eq!(answer.status, 200, "{}", answer.text);

        world.stage.clock.advance(MINUTE);
        assert_eq!(seen(&mut world, &person.token).await, [401; 3], "{what}");
        assert_eq!(seen(&mut world, &root.token).await, [200; 3]);
        if what == "roles" {
            let ask = Ask::post("/v1/auth/refresh");
            let ask = ask.json(&json!({ "refresh_token": person.refresh_token }));
            let tokens = world.send("refresh-session", ask).await;
            let token = tokens.body["access_token"].as_str().unwrap_or_default();
            assert_eq!(seen(&mut world, token).await, [200; 3]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_fresh_list_costs_nothing_and_a_stale_one_a_single_read() {
    let (mut world, _, person) = someone(3).await;
    let look = || Ask::get("/v1/customers/me").by(&person.token);
    world.calls.clear();
    world.send("get-own-profile", look()).await;
    assert_eq!(reads(&world.calls), 0, "{:?}", world.calls);

    world.stage.clock.advance(Duration::from_secs(21));
    world.calls.clear();
    for _ in 0..3 {
        world.send("get-own-profile", look()).await;
    }
    assert_eq!(reads(&world.calls), 1, "{:?}", world.calls);
}

#[tokio::test(start_paused = true)]
async fn who_was_revoked_is_not_forgotten_from_read_to_read() {
    let (mut world, _, person) = someone(4).await;
    let ask = Ask::post("/v1/auth/logout").by(&person.token);
    assert_eq!(world.send("log-out", ask).await.status, 204);
    for _ in 0..9 {
        world.stage.clock.advance(MINUTE);
        assert_eq!(seen(&mut world, &person.token).await, [401; 3]);
    }
}
