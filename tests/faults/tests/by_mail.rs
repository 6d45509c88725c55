//! Links in mails: each works once, for what it is for, and tells nothing to whom it is not for.

use std::time::Duration;

use faults::{
    Person, World,
    journey::by_mail::{mailed, public, subjects, want_closed, want_email},
    shopper,
};
use serde_json::{Value, json};
use testkit::{Answer, Ask};

const PASSWORD: &str = "correct horse battery staple";
const OTHER: &str = "a pony in the library";

fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(
        (answer.status, answer.code()),
        (status, code),
        "{}",
        answer.text
    );
}

async fn rosa(seed: u64) -> (World, Person) {
    let mut world = World::new(seed);
    let rosa = shopper(&mut world, "rosa").await;
    world.settle().await;
    (world, rosa)
}

/// Has a password reset, and takes the token out of the mail.
async fn reset_mail(world: &mut World, person: &Person, key: &str) -> String {
    let body = json!({ "email": person.email });
    let answer = public(world, "request-password-reset", &body, key).await;
    assert_eq!(answer.status, 202);
    world.settle().await;
    mailed(world, &person.email, "reset-password")
}

fn ask(name: &str, body: &Value) -> Ask {
    let (_, path) = testkit::Stage::route_of(name).unwrap();
    Ask::post(&path).json(body)
}

/// Sends one token fifty times at once: it works once.
async fn works_once(world: &mut World, name: &str, body: &Value) {
    let answers = world.at_once(name, vec![ask(name, body); 50]).await;
    let done = answers.iter().filter(|answer| answer.status == 204).count();
    assert_eq!(done, 1, "{name}");
    for answer in answers.iter().filter(|answer| answer.status != 204) {
        let code = (answer.status, answer.code());
        assert!(
            [(422, "invalid_token"), (409, "conflict")].contains(&code),
            "{name}: {code:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_used_fifty_times_at_once_works_once() {
    for seed in 0..3 {
        let (mut world, rosa) = rosa(seed).await;
        let token = mailed(&world, &rosa.email, "verify-email");
        works_once(&mut world, "verify-email", &json!({ "token": token })).await;

        let token = reset_mail(&mut world, &rosa, "reset").await;
        let body = json!({ "token": token, "password": PASSWORD });
        works_once(&mut world, "reset-password", &body).await;
        world.stage.clock.advance(Duration::from_secs(1));

        let rosa = Person::log_in(&mut world, &rosa.id, &rosa.email).await;
        want_email(&mut world, &rosa, "lind@example.com", "move").await;
        world.settle().await;
        let token = mailed(&world, "lind@example.com", "change-email");
        works_once(
            &mut world,
            "confirm-email-change",
            &json!({ "token": token }),
        )
        .await;

        want_closed(&mut world, &rosa, "close").await;
        world.settle().await;
        let token = mailed(&world, "lind@example.com", "reopen-account");
        works_once(&mut world, "reopen-account", &json!({ "token": token })).await;
        world.settle().await;
        for event in [
            "email-verified",
            "password-changed",
            "email-changed",
            "reopened",
        ] {
            let events = world.events(&format!("customer.{event}.v1"));
            assert_eq!(events.len(), 1, "{event}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_learns_whether_there_is_an_account_by_forgetting_its_password() {
    let (mut world, known) = rosa(1).await;
    let body = |email: &str| json!({ "email": email });
    let mut seen = Vec::new();
    for email in [known.email.as_str(), "nobody@example.com"] {
        world.calls.clear();
        let answer = world
            .send(
                "request-password-reset",
                ask("request-password-reset", &body(email)),
            )
            .await;
        // How often one has asked is counted whoever it is about.
        let counted = |call: &&testkit::Call| call.table.as_deref() != Some("local-gateway-limits");
        let calls: Vec<String> = world
            .calls
            .iter()
            .filter(counted)
            .map(|call| call.operation.clone())
            .collect();
        let headers = answer.headers.as_object().unwrap();
        let headers: Vec<String> = headers.keys().cloned().collect();
        seen.push((answer.status, answer.text.clone(), headers, calls));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].0, 202);
    assert_eq!(seen[0].1, "");
    world.settle().await;
    let mails = world.stage.cloud.mails();
    assert!(mails.iter().all(|mail| mail.to == known.email));
    assert_eq!(
        world.events("customer.password-reset-requested.v1").len(),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn five_mails_an_hour_are_sent_however_many_are_asked_for() {
    let (mut world, rosa) = rosa(1).await;
    for number in 0..9 {
        reset_mail(&mut world, &rosa, &format!("reset {number}")).await;
    }
    assert_eq!(
        subjects(&world, &rosa.email, "A new password for your account"),
        5
    );
    // The last that was sent is good, and an hour later there are others.
    let token = mailed(&world, &rosa.email, "reset-password");
    world.stage.clock.advance(Duration::from_hours(1));
    let late = reset_mail(&mut world, &rosa, "later").await;
    assert_ne!(token, late);
    let body = json!({ "token": late, "password": OTHER });
    assert_eq!(
        public(&mut world, "reset-password", &body, "reset")
            .await
            .status,
        204
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_is_for_one_purpose_and_ends_by_time_by_a_new_password_and_with_the_address() {
    let (mut world, rosa) = rosa(1).await;
    let verify = mailed(&world, &rosa.email, "verify-email");
    let reset = reset_mail(&mut world, &rosa, "reset").await;
    let bad = |answer: &Answer| refused(answer, 422, "invalid_token");

    for (name, token) in [
        ("verify-email", &reset),
        ("confirm-email-change", &reset),
        ("reopen-account", &verify),
        ("verify-email", &String::new()),
        ("verify-email", &verify[1..].to_owned()),
    ] {
        bad(&world
            .send(name, ask(name, &json!({ "token": token })))
            .await);
    }
    let body = json!({ "token": verify, "password": OTHER });
    bad(&world
        .send("reset-password", ask("reset-password", &body))
        .await);

    let expired = reset_mail(&mut world, &rosa, "another reset").await;
    world.stage.clock.advance(Duration::from_hours(1));
    let body = |token: &str| json!({ "token": token, "password": OTHER });
    bad(&world
        .send("reset-password", ask("reset-password", &body(&expired)))
        .await);

    // A new password ends what was mailed before.
    let outgrown = reset_mail(&mut world, &rosa, "and another").await;
    let change = json!({ "current_password": PASSWORD, "new_password": OTHER });
    let change = Ask::new("PUT", "/v1/customers/me/password")
        .by(&rosa.token)
        .json(&change);
    assert_eq!(world.send("change-own-password", change).await.status, 204);
    bad(&world
        .send("reset-password", ask("reset-password", &body(&outgrown)))
        .await);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_went_to_the_old_address_ends_with_it_and_no_session_does() {
    let (mut world, rosa) = rosa(1).await;
    want_email(&mut world, &rosa, "lind@example.com", "move").await;
    let old = reset_mail(&mut world, &rosa, "reset").await;
    let token = json!({ "token": mailed(&world, "lind@example.com", "change-email") });
    assert_eq!(
        public(&mut world, "confirm-email-change", &token, "moved")
            .await
            .status,
        204
    );

    let body = json!({ "token": old, "password": OTHER });
    let answer = world
        .send("reset-password", ask("reset-password", &body))
        .await;
    refused(&answer, 422, "invalid_token");
    let refresh = Ask::post("/v1/auth/refresh");
    let refresh = refresh.json(&json!({ "refresh_token": rosa.refresh_token }));
    assert_eq!(world.send("refresh-session", refresh).await.status, 200);

    let log_in = |email: &str| json!({ "email": email, "password": PASSWORD });
    let answer = world
        .send("log-in", ask("log-in", &log_in(&rosa.email)))
        .await;
    refused(&answer, 401, "invalid_credentials");
    // The old address is free, and a password that changes here ends the session as anywhere.
    let moved = Person::log_in(&mut world, &rosa.id, "lind@example.com").await;
    let anew = json!({ "email": rosa.email, "password": PASSWORD, "name": "Rosa" });
    let anew = ask("register-customer", &anew);
    assert_eq!(world.send("register-customer", anew).await.status, 201);
    let change = json!({ "current_password": PASSWORD, "new_password": OTHER });
    let change = Ask::new("PUT", "/v1/customers/me/password")
        .by(&moved.token)
        .json(&change);
    assert_eq!(world.send("change-own-password", change).await.status, 204);
    let body = json!({ "email": "lind@example.com", "password": OTHER });
    let tokens = world.send("log-in", ask("log-in", &body)).await;
    let refresh = json!({ "refresh_token": tokens.body["refresh_token"] });
    assert_eq!(
        world
            .send("refresh-session", ask("refresh-session", &refresh))
            .await
            .status,
        200
    );
}

#[tokio::test(start_paused = true)]
async fn an_address_that_is_taken_is_asked_for_like_any_other_and_never_had() {
    let (mut world, rosa) = rosa(1).await;
    let robin = shopper(&mut world, "robin").await;
    let taken = want_email(&mut world, &rosa, &robin.email, "taken").await;
    let free = want_email(&mut world, &robin, "free@example.com", "free").await;
    assert_eq!((taken.status, &taken.text), (free.status, &free.text));
    world.settle().await;
    let token = json!({ "token": mailed(&world, &robin.email, "change-email") });
    let answer = public(&mut world, "confirm-email-change", &token, "confirm").await;
    refused(&answer, 422, "invalid_token");
    Person::log_in(&mut world, &rosa.id, &rosa.email).await;
    Person::log_in(&mut world, &robin.id, &robin.email).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_has_a_stolen_access_token_alone_changes_no_address_and_closes_nothing() {
    let (mut world, rosa) = rosa(1).await;
    for (method, path, body, name) in [
        (
            "PUT",
            "/v1/customers/me/email",
            json!({ "email": "thief@example.com", "password": OTHER }),
            "request-email-change",
        ),
        (
            "POST",
            "/v1/customers/me/close",
            json!({ "password": OTHER }),
            "close-own-account",
        ),
    ] {
        for _ in 0..2 {
            let ask = Ask::new(method, path).by(&rosa.token).json(&body);
            refused(&world.send(name, ask).await, 422, "validation_failed");
        }
    }
    // They are guesses: the fifth is the last.
    let close = || {
        let ask = Ask::post("/v1/customers/me/close").by(&rosa.token);
        ask.json(&json!({ "password": OTHER }))
    };
    refused(
        &world.send("close-own-account", close()).await,
        422,
        "validation_failed",
    );
    refused(
        &world.send("close-own-account", close()).await,
        429,
        "too_many_requests",
    );
    world.settle().await;
    assert!(world.events("customer.closing.v1").is_empty());
    assert!(
        world
            .events("customer.email-change-requested.v1")
            .is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn a_closed_account_leaves_no_address_and_no_name_behind() {
    let (mut world, rosa) = rosa(1).await;
    want_email(&mut world, &rosa, "lind@example.com", "move").await;
    assert_eq!(want_closed(&mut world, &rosa, "close").await.status, 200);
    world.settle().await;
    // Nobody logs in, and nobody learns why.
    let body = |email: &str| json!({ "email": email, "password": PASSWORD });
    let closing = world
        .send("log-in", ask("log-in", &body(&rosa.email)))
        .await;
    let unknown = world
        .send("log-in", ask("log-in", &body("nobody@example.com")))
        .await;
    let bare = |answer: &Answer| {
        let mut body = answer.body.clone();
        body["request_id"] = Value::Null;
        (answer.status, body)
    };
    assert_eq!(bare(&closing), bare(&unknown));
    refused(&closing, 401, "invalid_credentials");

    world
        .tick("close-due-accounts", Duration::from_hours(30 * 24))
        .await;
    world.settle().await;
    for table in ["customers", "credentials", "sessions", "guesses"] {
        for item in world.stage.cloud.items(&format!("customer-{table}")) {
            let text = item.to_string();
            assert!(
                !text.contains("example.com") && !text.contains("Ottersworth"),
                "{text}"
            );
            assert!(table == "customers" || !text.contains(&rosa.id), "{text}");
        }
    }
    let kept = world.stage.cloud.items("customer-customers");
    let kept: Vec<_> = kept
        .iter()
        .map(|item| item["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kept, ["closed-account"]);
    let token = json!({ "token": mailed(&world, &rosa.email, "reopen-account") });
    let late = public(&mut world, "reopen-account", &token, "too late").await;
    refused(&late, 422, "invalid_token");
}
