//! Admins look for customers, see the marketplace as one of them does, and become more.

use contracts::one_time::{Purpose, TokenKey};
use serde_json::{Value, json};
use testkit::{Answer, Ask};

use super::{Person, claims, ok, subject, text};
use crate::World;

/// The stage's key of the tokens in mails.
const KEY: &str = "a key of tests";

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

/// Invites someone to become an admin; the invitation's id.
pub async fn invite(world: &mut World, by: &Person, email: &str) -> String {
    let ask = Ask::post("/v1/admin/invitations").by(&by.token);
    let ask = ask.key(&format!("invite {email}"));
    let invited = world.send("invite-admin", ask.json(&json!({ "email": email })));
    text(&ok(invited.await, 201).body["id"])
}

/// What the mail of an invitation has in its link.
///
/// # Panics
/// When an id is none.
pub fn token(invitation: &str, by: &Person) -> String {
    let key = TokenKey::new(KEY).expect("a key");
    let by = subject(&by.token).parse().expect("who invites");
    let invitation = invitation.parse().expect("an invitation");
    key.admin_invitation(invitation, by).reveal()
}

/// Accepts an invitation by what the mail has in its link.
///
/// # Panics
/// When an id is none.
pub async fn accept(world: &mut World, person: &Person, invitation: &str, by: &Person) -> Answer {
    let token = token(invitation, by);
    let ask = Ask::post("/v1/admin/invitations/accept").by(&person.token);
    let ask = ask.key(&format!("accept {invitation}"));
    let ask = ask.json(&json!({ "token": token }));
    world.send("accept-admin-invitation", ask).await
}

/// Shows that someone reads the mail to the account's address.
///
/// # Panics
/// When there is no account.
pub async fn verify(world: &mut World, person: &Person) {
    let items = world.stage.cloud.items("customer-one-time-tokens");
    let mut items = items.into_iter();
    let issued = items.find(|item| item["customer_id"] == person.id.as_str());
    let issued = issued.expect("a token");
    let key = TokenKey::new(KEY).expect("a key");
    let id = text(&issued["token_id"]).parse().expect("a token's id");
    let whose = person.id.parse().expect("a customer");
    let token = key.token(Purpose::VerifyEmail, id, whose).reveal();
    let ask = Ask::post("/v1/auth/email-verifications");
    let ask = ask.key(&format!("verify {}", person.id));
    let ask = ask.json(&json!({ "token": token }));
    ok(world.send("verify-email", ask).await, 204);
}

async fn invitations(world: &mut World, root: &Person) {
    let unwanted = invite(world, root, "unwanted@example.com").await;
    let ask = Ask::get("/v1/admin/invitations").by(&root.token);
    let list = ok(world.send("list-admin-invitations", ask).await, 200).body;
    assert_eq!(list["data"][0]["id"], unwanted.as_str());
    let path = format!("/v1/admin/invitations/{unwanted}");
    let ask = Ask::new("DELETE", &path).by(&root.token).key("revoke");
    ok(world.send("revoke-admin-invitation", ask).await, 204);

    let helper = Person::register(world, "helper").await;
    world.settle().await;
    verify(world, &helper).await;
    let invitation = invite(world, root, &helper.email).await;
    world.settle().await;
    let joined = ok(accept(world, &helper, &invitation, root).await, 200);
    assert_eq!(joined.body["roles"], json!(["customer", "admin"]));
    world.settle().await;
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

    invitations(world, root).await;
    let path = format!("/v1/customers/{}/security-events", lost.id);
    let ask = Ask::get(&path).by(&root.token);
    let events = ok(world.send("list-customer-security-events", ask).await, 200).body;
    let event = &events["data"][0];
    assert_eq!(event["what"], "impersonated", "{events}");
    assert_eq!(event["reason"], "Cannot find an order.");
}
