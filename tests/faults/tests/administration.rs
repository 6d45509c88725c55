//! Who looks for customers finds them; who was invited becomes an admin; who acts in a customer's name is seen to, changes nothing, and stops when
//! either of the two is logged out.

use std::time::Duration;

use faults::{
    Person, World,
    journey::{
        admin,
        administration::{accept, found, impersonate, invite, verify},
    },
};
use serde_json::{Value, json};
use testkit::{Answer, Ask, Stage};

const MINUTE: Duration = Duration::from_mins(1);

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn ids(found: &[Value]) -> Vec<String> {
    found.iter().map(|one| text(&one["id"])).collect()
}

async fn look(world: &mut World, token: &str) -> Answer {
    let ask = Ask::get("/v1/customers/me").by(token);
    world.send("get-own-profile", ask).await
}

/// An admin, someone, and a token of the one in the other's name.
async fn acting(seed: u64) -> (World, Person, Person, String) {
    let mut world = World::new(seed);
    let root = admin(&mut world).await;
    let person = Person::register(&mut world, "someone").await;
    let token = impersonate(&mut world, &root, &person.id).await;
    assert_eq!(token.status, 200, "{}", token.text);
    assert!(token.body["expires_in"].as_u64().unwrap_or(9_999) <= 600);
    assert_eq!(token.body["refresh_token"], Value::Null);
    let token = text(&token.body["access_token"]);
    (world, root, person, token)
}

#[tokio::test(start_paused = true)]
async fn customers_are_found_newest_first_and_by_each_filter() {
    let mut world = World::new(1);
    let root = admin(&mut world).await;
    let mut everyone = Vec::new();
    for who in ["one", "two", "three"] {
        // Of one millisecond nobody is the newest.
        world.stage.clock.advance(Duration::from_secs(1));
        everyone.push(Person::register(&mut world, who).await);
    }
    let [one, two, three] = &everyone[..] else {
        unreachable!()
    };
    let path = format!("/v1/customers/{}/block", two.id);
    let ask = Ask::post(&path).by(&root.token).key("block");
    let ask = ask.json(&json!({ "reason": "Pays with cards of others." }));
    assert_eq!(world.send("block-customer", ask).await.status, 200);

    let newest = found(&mut world, &root, "").await;
    assert_eq!(
        ids(&newest)[..3],
        [&three.id, &two.id, &one.id].map(String::clone)
    );
    for (query, who) in [
        ("email=ONE@example.com", vec![&one.id]),
        ("email=nobody@example.com", vec![]),
        ("email=one@example.com&status=blocked", vec![]),
        ("status=blocked", vec![&two.id]),
        ("status=closing", vec![]),
        ("name=ada", vec![]),
        ("name=WILHELMINA%20OTTER&status=blocked", vec![&two.id]),
        ("role=seller", vec![]),
    ] {
        let seen = ids(&found(&mut world, &root, query).await);
        assert_eq!(
            seen,
            who.into_iter().cloned().collect::<Vec<_>>(),
            "{query}"
        );
    }
    let roots = found(&mut world, &root, "role=super_admin").await;
    assert_eq!(roots[0]["email"], root.email.as_str());

    // Page by page everyone comes once.
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/customers?limit=1{cursor}");
        let ask = Ask::get(&path).by(&root.token);
        let page = world.send("list-customers", ask).await.body;
        seen.extend(ids(page["data"].as_array().unwrap()));
        if page["has_more"] != true {
            break;
        }
        cursor = format!("&cursor={}", text(&page["next_cursor"]));
    }
    assert_eq!(seen.len(), 4);
    let ask = Ask::get(&format!("/v1/customers?status=blocked{cursor}")).by(&root.token);
    let other = world.send("list-customers", ask).await;
    assert_eq!((other.status, other.code()), (400, "invalid_cursor"));
    for query in [
        "status=gone",
        "email=nobody",
        "name=",
        "limit=0",
        "rol=admin",
    ] {
        let ask = Ask::get(&format!("/v1/customers?{query}")).by(&root.token);
        assert_eq!(
            world.send("list-customers", ask).await.status,
            400,
            "{query}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_acts_in_anothers_name_looks_and_is_seen_to() {
    let (mut world, root, person, token) = acting(2).await;
    let ask = Ask::get("/v1/customers/me/security-events").by(&person.token);
    let events = world.send("list-own-security-events", ask).await.body;
    assert_eq!(events["data"][0]["what"], "impersonated", "{events}");
    assert!(!events.to_string().contains("Cannot find"), "{events}");

    let seen = look(&mut world, &token).await;
    let actor = text(&seen.body["impersonated_by"]);
    assert_eq!(seen.body["id"], person.id.as_str());
    assert_eq!(seen.header("souk-impersonated-by"), actor);
    assert_eq!(seen.header("cache-control"), "no-store");
    let own = look(&mut world, &person.token).await;
    assert_eq!(own.body["impersonated_by"], Value::Null);
    assert_eq!(own.header("souk-impersonated-by"), "");

    let change = Ask::new("PATCH", "/v1/customers/me").by(&token).key("k");
    let change = change.json(&json!({ "locale": "en-GB" }));
    let refused = world.send("change-own-profile", change).await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    assert_eq!(refused.header("souk-impersonated-by"), actor);

    world.settle().await;
    let path = format!(
        "/v1/audit?action=customer.impersonate&subject={}",
        person.id
    );
    let ask = Ask::get(&path).by(&root.token);
    let rows = world.send("list-audit-entries", ask).await.body;
    assert_eq!(rows["data"][0]["actor"]["id"], actor.as_str(), "{rows}");
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_either_of_the_two_is_logged_out() {
    for who in ["admin", "customer", "nobody"] {
        let (mut world, root, person, token) = acting(3).await;
        assert_eq!(look(&mut world, &token).await.status, 200);
        match who {
            "admin" => {
                let ask = Ask::post("/v1/auth/logout").by(&root.token).key("out");
                assert_eq!(world.send("log-out", ask).await.status, 204);
            }
            "customer" => {
                let path = format!("/v1/customers/{}/logout", person.id);
                let ask = Ask::post(&path).by(&root.token).key("out");
                assert_eq!(world.send("log-out-customer", ask).await.status, 200);
            }
            _ => {}
        }
        world.stage.clock.advance(MINUTE);
        let expected = if who == "nobody" { 200 } else { 401 };
        assert_eq!(look(&mut world, &token).await.status, expected, "{who}");
        // The customer's own log-in has nothing to do with it.
        if who == "admin" {
            assert_eq!(look(&mut world, &person.token).await.status, 200);
        }
        world.stage.clock.advance(10 * MINUTE);
        assert_eq!(look(&mut world, &token).await.status, 401);
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_acts_for_an_admin_nor_for_an_account_out_of_use() {
    let (mut world, root, person, token) = acting(4).await;
    let own = text(&look(&mut world, &root.token).await.body["id"]);
    let refused = impersonate(&mut world, &root, &own).await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    // Nor through an impersonation.
    let second = Person {
        token,
        ..person.clone()
    };
    assert_eq!(
        impersonate(&mut world, &second, &person.id).await.status,
        403
    );
    let stranger = person.id.replace(&person.id[4..8], "0000");
    assert_eq!(impersonate(&mut world, &root, &stranger).await.status, 404);
    let path = format!("/v1/customers/{}/block", person.id);
    let ask = Ask::post(&path).by(&root.token).key("block");
    let ask = ask.json(&json!({ "reason": "Pays with cards of others." }));
    assert_eq!(world.send("block-customer", ask).await.status, 200);
    let refused = impersonate(&mut world, &root, &person.id).await;
    assert_eq!(
        (refused.status, refused.code()),
        (409, "customer_not_active")
    );
}

#[tokio::test(start_paused = true)]
async fn who_was_invited_becomes_an_admin_once_and_nobody_else_does() {
    let mut world = World::new(5);
    let root = admin(&mut world).await;
    let helper = Person::register(&mut world, "helper").await;
    let other = Person::register(&mut world, "other").await;
    world.settle().await;
    let invitation = invite(&mut world, &root, "Helper@example.com").await;
    world.settle().await;
    let mails = world.stage.cloud.mails();
    let mail = mails.iter().find(|mail| mail.to == "Helper@example.com");
    assert!(mail.is_some_and(|mail| mail.text.contains("/accept-admin-invitation#token=")));

    // Not before the address is verified, and for no other account.
    for person in [&helper, &other] {
        let refused = accept(&mut world, person, &invitation, &root).await;
        assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    }
    verify(&mut world, &helper).await;
    verify(&mut world, &other).await;
    let refused = accept(&mut world, &other, &invitation, &root).await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    // A token of another's making is none.
    let refused = accept(&mut world, &helper, &invitation, &other).await;
    assert_eq!((refused.status, refused.code()), (422, "invalid_token"));

    let joined = accept(&mut world, &helper, &invitation, &root).await;
    assert_eq!(joined.status, 200, "{}", joined.text);
    world.settle().await;
    world.stage.clock.advance(MINUTE);
    assert_eq!(look(&mut world, &helper.token).await.status, 401);
    // The same request gets the same answer, though its token has ended by it.
    let again = accept(&mut world, &helper, &invitation, &root).await;
    assert_eq!((again.status, again.text), (200, joined.text));
    let helper = Person::log_in(&mut world, &helper.id, &helper.email).await;
    assert_eq!(found(&mut world, &helper, "role=admin").await.len(), 1);

    // An admin invites nobody, and an invitation is spent.
    let ask = Ask::post("/v1/admin/invitations").by(&helper.token);
    let ask = ask.key("k").json(&json!({ "email": "third@example.com" }));
    assert_eq!(world.send("invite-admin", ask).await.status, 403);
    let ask = Ask::get("/v1/admin/invitations").by(&root.token);
    let left = world.send("list-admin-invitations", ask).await.body;
    assert_eq!(left["data"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn an_invitation_ends_when_it_is_revoked_and_after_three_days() {
    for revoked in [true, false] {
        let mut world = World::over(Stage::seeded(6).with("ACCESS_TOKEN_SECONDS", "999999"));
        let root = admin(&mut world).await;
        let helper = Person::register(&mut world, "helper").await;
        world.settle().await;
        verify(&mut world, &helper).await;
        let invitation = invite(&mut world, &root, &helper.email).await;
        let path = format!("/v1/admin/invitations/{invitation}");
        let revoke = || Ask::new("DELETE", &path).by(&root.token);
        if revoked {
            let gone = world
                .send("revoke-admin-invitation", revoke().key("r"))
                .await;
            assert_eq!(gone.status, 204);
            world.settle().await;
            let mails = world.stage.cloud.mails();
            assert!(
                mails
                    .iter()
                    .all(|mail| !mail.text.contains("admin-invitation"))
            );
        } else {
            world.stage.clock.advance(Duration::from_hours(72));
        }
        let refused = accept(&mut world, &helper, &invitation, &root).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid_token"));
        let gone = world
            .send("revoke-admin-invitation", revoke().key("s"))
            .await;
        assert_eq!((gone.status, gone.code()), (404, "invitation_not_found"));
    }
}
