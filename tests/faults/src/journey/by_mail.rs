//! What a customer does by a link in a mail, and the end of an account.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Answer, Ask};

use super::{PASSWORD, Person, ok};
use crate::World;

/// The token of the last mail to an address with a link to a page.
///
/// # Panics
/// When there was none.
pub fn mailed(world: &World, address: &str, page: &str) -> String {
    let link = format!("https://souk.test/{page}#token=");
    let mails = world.stage.cloud.mails();
    let tokens = mails.iter().filter(|mail| mail.to == address);
    let mut token = tokens.filter_map(|mail| {
        let (_, rest) = mail.text.split_once(&link)?;
        rest.lines().next().map(str::to_owned)
    });
    token
        .next_back()
        .unwrap_or_else(|| panic!("no link to {page} for {address}"))
}

/// How often this subject was mailed to an address.
pub fn subjects(world: &World, address: &str, subject: &str) -> usize {
    let mails = world.stage.cloud.mails();
    let fits = |mail: &&_| {
        let mail: &testkit::Sent = mail;
        mail.to == address && mail.subject == subject
    };
    mails.iter().filter(fits).count()
}

/// Sends something about an account that needs no log-in.
pub async fn public(world: &mut World, name: &'static str, body: &Value, key: &str) -> Answer {
    let (_, path) = testkit::Stage::route_of(name).unwrap();
    let ask = Ask::post(&path).key(key).json(body);
    world.send(name, ask).await
}

/// Wants another address.
pub async fn want_email(world: &mut World, person: &Person, email: &str, key: &str) -> Answer {
    let ask = Ask::new("PUT", "/v1/customers/me/email").by(&person.token);
    let body = json!({ "email": email, "password": PASSWORD });
    let ask = ask.key(key).json(&body);
    world.send("request-email-change", ask).await
}

/// Wants the account closed.
pub async fn want_closed(world: &mut World, person: &Person, key: &str) -> Answer {
    let ask = Ask::post("/v1/customers/me/close").by(&person.token);
    let ask = ask.key(key).json(&json!({ "password": PASSWORD }));
    world.send("close-own-account", ask).await
}

/// An address is verified, a password forgotten, an address changed, an account closed and kept, and closed.
pub(super) async fn by_mail(world: &mut World) {
    let person = Person::register(world, "mailed").await;
    world.settle().await;
    verify(world, &person).await;
    let person = forget(world, &person).await;
    let person = move_on(world, &person).await;
    let list = Ask::get("/v1/customers/me/security-events?limit=4").by(&person.token);
    let list = ok(world.send("list-own-security-events", list).await, 200).body;
    let what = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["what"]);
    let what: Vec<&Value> = what.collect();
    assert_eq!(
        what,
        [
            "logged_in",
            "email_changed",
            "email_change_requested",
            "logged_in"
        ]
    );
    assert_eq!(list["has_more"], true);
    lose(world, &person).await;
    close(world, &person).await;
}

async fn verify(world: &mut World, person: &Person) {
    let first = mailed(world, &person.email, "verify-email");
    let resend = |key: &str| {
        Ask::post("/v1/customers/me/email/verification")
            .by(&person.token)
            .key(key)
    };
    ok(
        world
            .send("resend-email-verification", resend("resend"))
            .await,
        204,
    );
    world.settle().await;
    let second = mailed(world, &person.email, "verify-email");
    let superseded = public(world, "verify-email", &json!({ "token": first }), "old").await;
    ok(superseded, 422);
    let verified = public(world, "verify-email", &json!({ "token": second }), "verify").await;
    ok(verified, 204);
    ok(
        world
            .send("resend-email-verification", resend("for nothing"))
            .await,
        204,
    );
    world.settle().await;
    assert_eq!(mailed(world, &person.email, "verify-email"), second);
}

async fn forget(world: &mut World, person: &Person) -> Person {
    for email in ["nobody@example.com", &person.email] {
        let body = json!({ "email": email });
        let key = format!("forgotten {email}");
        let taken_on = public(world, "request-password-reset", &body, &key).await;
        ok(taken_on, 202);
    }
    world.settle().await;
    let token = mailed(world, &person.email, "reset-password");
    let body = json!({ "token": token, "password": PASSWORD });
    ok(public(world, "reset-password", &body, "reset").await, 204);
    ok(public(world, "reset-password", &body, "again").await, 422);
    let ask = Ask::post("/v1/auth/refresh");
    let ask = ask.json(&json!({ "refresh_token": person.refresh_token }));
    ok(world.send("refresh-session", ask).await, 401);
    world.settle().await;
    // What is asked for in the very moment of a new password is over with the old one.
    world.stage.clock.advance(Duration::from_secs(1));
    let told = subjects(world, &person.email, "Your password was changed");
    assert_eq!(told, 1);
    Person::log_in(world, &person.id, &person.email).await
}

async fn move_on(world: &mut World, person: &Person) -> Person {
    let email = "moved@example.com";
    // What happens in one millisecond is in no order.
    world.stage.clock.advance(Duration::from_secs(1));
    ok(want_email(world, person, email, "move").await, 202);
    world.settle().await;
    world.stage.clock.advance(Duration::from_secs(1));
    let token = json!({ "token": mailed(world, email, "change-email") });
    ok(
        public(world, "confirm-email-change", &token, "moved").await,
        204,
    );
    world.settle().await;
    assert_eq!(
        subjects(world, &person.email, "Your e-mail address was changed"),
        1
    );
    world.stage.clock.advance(Duration::from_secs(1));
    Person::log_in(world, &person.id, email).await
}

/// A refresh token is stolen.
async fn lose(world: &mut World, person: &Person) {
    let refresh =
        |token: &str| Ask::post("/v1/auth/refresh").json(&json!({ "refresh_token": token }));
    ok(
        world
            .send("refresh-session", refresh(&person.refresh_token))
            .await,
        200,
    );
    world.stage.clock.advance(Duration::from_secs(61));
    ok(
        world
            .send("refresh-session", refresh(&person.refresh_token))
            .await,
        401,
    );
    world.settle().await;
    let told = "A device was logged out for your safety";
    assert_eq!(subjects(world, &person.email, told), 1);
}

async fn close(world: &mut World, person: &Person) {
    let person = Person::log_in(world, &person.id, &person.email).await;
    ok(want_closed(world, &person, "close").await, 200);
    world.settle().await;
    let body = json!({ "email": person.email, "password": PASSWORD });
    let log_in = Ask::post("/v1/auth/login").json(&body);
    ok(world.send("log-in", log_in.clone()).await, 401);
    let token = json!({ "token": mailed(world, &person.email, "reopen-account") });
    ok(public(world, "reopen-account", &token, "reopen").await, 204);
    let person = Person::log_in(world, &person.id, &person.email).await;

    ok(want_closed(world, &person, "close again").await, 200);
    world.settle().await;
    world
        .tick("close-due-accounts", Duration::from_hours(29 * 24))
        .await;
    assert_eq!(
        world
            .stage
            .cloud
            .items("customer-customers")
            .iter()
            .filter(|item| item["status"] == "closing")
            .count(),
        1
    );
    world
        .tick("close-due-accounts", Duration::from_hours(24))
        .await;
    world.settle().await;
    assert_eq!(world.events("customer.closed.v1").len(), 1);
    let again = json!({ "email": person.email, "password": PASSWORD, "name": super::NAME });
    let ask = Ask::post("/v1/customers").key("register anew").json(&again);
    ok(world.send("register-customer", ask).await, 201);
    world.settle().await;
}
