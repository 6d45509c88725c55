//! Codes of a second factor: each good once, few tries, and what they open and for how long.

use std::time::Duration;

use faults::{App, Person, World, shopper};
use serde_json::json;
use testkit::{Answer, Ask, Stage};

const PASSWORD: &str = "correct horse battery staple";

fn of_code(answers: &[Answer], code: &str) -> usize {
    answers
        .iter()
        .filter(|answer| answer.code() == code)
        .count()
}

/// That one of them succeeded, and the others learned nothing but that it was too late or too often.
fn one_of(answers: &[Answer], seed: u64) {
    let good = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(good, 1, "seed {seed}");
    let rest = of_code(answers, "invalid_second_factor")
        + of_code(answers, "too_many_requests")
        + of_code(answers, "conflict");
    assert_eq!(good + rest, answers.len(), "seed {seed}");
}

#[tokio::test(start_paused = true)]
async fn a_code_of_the_app_used_fifty_times_at_once_opens_once() {
    for seed in 0..5 {
        let mut world = World::new(seed);
        let person = shopper(&mut world, "shopper").await;
        let (app, _) = person.enable(&mut world).await;
        let ask = person.log_in_with(&app.next_code(&world));
        let answers = world.at_once("log-in", vec![ask.clone(); 50]).await;
        one_of(&answers, seed);
        world.stage.clock.advance(Duration::from_mins(15));

        let ask = person.step_up_with(&app.next_code(&world));
        let answers = world.at_once("step-up-session", vec![ask; 50]).await;
        one_of(&answers, seed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_recovery_code_used_fifty_times_at_once_opens_once() {
    for seed in 0..5 {
        let mut world = World::new(seed);
        let person = shopper(&mut world, "shopper").await;
        let (_, codes) = person.enable(&mut world).await;
        let ask = person.log_in_with(&codes[0]);
        let answers = world.at_once("log-in", vec![ask.clone(); 50]).await;
        one_of(&answers, seed);
        world.stage.clock.advance(Duration::from_mins(15));
        let again = world.send("log-in", ask).await;
        assert_eq!(again.code(), "invalid_second_factor");

        let ask = person.step_up_with(&codes[1]);
        let answers = world.at_once("step-up-session", vec![ask; 50]).await;
        one_of(&answers, seed);
    }
}

/// Guesses until no more are looked at; how many were.
async fn guess_on(world: &mut World, function: &'static str, ask: &Ask) -> usize {
    let mut looked_at = 0;
    while world.send(function, ask.clone()).await.code() == "invalid_second_factor" {
        looked_at += 1;
    }
    looked_at
}

#[tokio::test(start_paused = true)]
async fn of_any_number_of_guessed_codes_at_once_five_are_looked_at() {
    const GUESSES: usize = 10_000;
    let mut world = World::new(5);
    let victim = shopper(&mut world, "victim").await;
    let (app, codes) = victim.enable(&mut world).await;
    let guess = |number: usize| format!("{number:06}");
    // Not one of them is right by chance: the app's codes of these minutes are left out.
    let now = app.next_code(&world);
    let wrong = (0..GUESSES).map(guess).filter(|code| *code != now);
    let wrong: Vec<String> = wrong.take(GUESSES - 1).collect();

    for function in ["log-in", "step-up-session"] {
        let ask = |code: &String| match function {
            "log-in" => victim.log_in_with(code),
            _ => victim.step_up_with(code),
        };
        let answers = world
            .at_once(function, wrong.iter().map(ask).collect())
            .await;
        let looked_at = of_code(&answers, "invalid_second_factor");
        assert!((1..=5).contains(&looked_at), "{function}: {looked_at}");
        let rest = of_code(&answers, "too_many_requests") + of_code(&answers, "conflict");
        assert_eq!(looked_at + rest, wrong.len(), "{function}");
        let more = guess_on(&mut world, function, &ask(&wrong[0])).await;
        assert_eq!(looked_at + more, 5, "{function}");
        // The right one comes too late, and in the next window in time.
        let refused = world.send(function, ask(&codes[0])).await;
        assert_eq!(refused.code(), "too_many_requests", "{function}");
        world.stage.clock.advance(Duration::from_mins(15));
        let right = world.send(function, ask(&app.next_code(&world))).await;
        assert_eq!(right.status, 200, "{function}: {}", right.text);
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_knows_the_password_alone_wins_no_tries_at_codes() {
    let mut world = World::new(6);
    let victim = shopper(&mut world, "victim").await;
    victim.enable(&mut world).await;
    let body = json!({ "email": victim.email, "password": PASSWORD });
    let alone = Ask::post("/v1/auth/login").json(&body);
    let mut looked_at = 0;
    for number in 0..20 {
        let guess = victim.log_in_with(&format!("{number:06}"));
        let answer = world.send("log-in", guess).await;
        looked_at += usize::from(answer.code() == "invalid_second_factor");
        world.send("log-in", alone.clone()).await;
    }
    assert!(looked_at <= 5, "{looked_at}");
}

/// The first admin on this stage, logged in.
async fn root(world: &mut World) -> Person {
    let email = "root@example.com";
    let who = json!({ "email": email, "password": PASSWORD, "name": "Root" });
    world.call("create-first-admin", who).await;
    Person::log_in(world, "", email).await
}

fn promotion(by: &Person, whom: &Person) -> Ask {
    let path = format!("/v1/customers/{}/roles", whom.id);
    let ask = Ask::new("PUT", &path).by(&by.token);
    ask.json(&json!({ "roles": ["customer", "seller"] }))
}

async fn refused_for_want_of_a_factor(world: &mut World, ask: Ask) {
    let answer = world.send("change-customer-roles", ask).await;
    assert_eq!((answer.status, answer.code()), (401, "step_up_required"));
    // RFC 9470 §3.
    assert_eq!(
        answer.header("www-authenticate"),
        r#"Bearer error="insufficient_user_authentication", acr_values="mfa", max_age="600""#
    );
}

/// The same person with the tokens that its refresh token gets.
async fn refreshed(world: &mut World, person: &Person) -> Person {
    let body = json!({ "refresh_token": person.refresh_token });
    let answer = world
        .send("refresh-session", Ask::post("/v1/auth/refresh").json(&body))
        .await;
    let next = answer.body["refresh_token"].as_str().unwrap_or_default();
    Person {
        refresh_token: next.to_owned(),
        ..person.with_token(answer)
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_dangerous_asks_for_a_factor_that_was_given_in_the_last_ten_minutes() {
    let mut world = World::new(7);
    let root = root(&mut world).await;
    let other = shopper(&mut world, "other").await;
    let elsewhere = Person::log_in(&mut world, "", &root.email).await;
    // Who has no second factor is not asked for one.
    let answer = world
        .send("change-customer-roles", promotion(&root, &other))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);

    let (app, _) = root.enable(&mut world).await;
    // The session that has confirmed the app has shown it; one elsewhere has not, and its old token is over.
    world.stage.clock.advance(Duration::from_mins(1));
    let old = world
        .send("change-customer-roles", promotion(&elsewhere, &other))
        .await;
    assert_eq!((old.status, old.code()), (401, "unauthenticated"));
    let elsewhere = refreshed(&mut world, &elsewhere).await;
    refused_for_want_of_a_factor(&mut world, promotion(&elsewhere, &other)).await;
    let root = refreshed(&mut world, &root).await;
    let answer = world
        .send("change-customer-roles", promotion(&root, &other))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);

    world.stage.clock.advance(Duration::from_mins(10));
    refused_for_want_of_a_factor(&mut world, promotion(&root, &other)).await;
    // A refresh carries on when it was given, and does not give it.
    let root = refreshed(&mut world, &root).await;
    refused_for_want_of_a_factor(&mut world, promotion(&root, &other)).await;

    let ask = root.step_up_with(&app.next_code(&world));
    let root = root.with_token(world.send("step-up-session", ask).await);
    world.stage.clock.advance(Duration::from_mins(10));
    let answer = world
        .send("change-customer-roles", promotion(&root, &other))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    world.stage.clock.advance(Duration::from_secs(1));
    refused_for_want_of_a_factor(&mut world, promotion(&root, &other)).await;
}

#[tokio::test(start_paused = true)]
async fn a_stage_can_ask_for_a_factor_of_everyone() {
    let stage = Stage::seeded(8).with("ACCESS_TOKEN_SECONDS", "3600");
    let mut world = World::over(stage.with("SECOND_FACTOR", "required"));
    let root = root(&mut world).await;
    let other = shopper(&mut world, "other").await;
    refused_for_want_of_a_factor(&mut world, promotion(&root, &other)).await;
    root.enable(&mut world).await;
    let root = refreshed(&mut world, &root).await;
    let answer = world
        .send("change-customer-roles", promotion(&root, &other))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test(start_paused = true)]
async fn an_app_is_set_up_with_the_password_and_another_replaces_it_until_one_is_confirmed() {
    let mut world = World::new(9);
    let person = shopper(&mut world, "shopper").await;
    let enrol = |password: &str| {
        let ask = Ask::post("/v1/customers/me/second-factor").by(&person.token);
        ask.json(&json!({ "password": password }))
    };
    let confirm = |code: &str| {
        let ask = Ask::post("/v1/customers/me/second-factor/confirm").by(&person.token);
        ask.json(&json!({ "code": code }))
    };
    let answer = world.send("enrol-second-factor", enrol("a guess")).await;
    assert_eq!((answer.status, answer.code()), (422, "validation_failed"));
    let answer = world.send("confirm-second-factor", confirm("000000")).await;
    assert_eq!(
        (answer.status, answer.code()),
        (404, "second_factor_not_found")
    );

    let replaced = person.enrol(&mut world).await;
    let late = person.enrol(&mut world).await;
    let answer = world.send(
        "confirm-second-factor",
        confirm(&replaced.next_code(&world)),
    );
    assert_eq!(answer.await.code(), "invalid_second_factor");
    world.stage.clock.advance(Duration::from_hours(1));
    let answer = world.send("confirm-second-factor", confirm(&late.next_code(&world)));
    assert_eq!(answer.await.code(), "second_factor_not_found");
    // What is pending asks for nothing.
    Person::log_in(&mut world, &person.id, &person.email).await;

    let app: App = person.enable(&mut world).await.0;
    let answer = world.send("enrol-second-factor", enrol(PASSWORD)).await;
    assert_eq!(
        (answer.status, answer.code()),
        (409, "second_factor_enrolled")
    );
    let answer = world.send("confirm-second-factor", confirm(&app.next_code(&world)));
    assert_eq!(answer.await.code(), "second_factor_enrolled");
    world.settle().await;
    assert_eq!(world.events("customer.second-factor-enabled.v1").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_that_is_kept_shows_a_secret_or_a_code() {
    let mut world = World::new(10);
    let person = shopper(&mut world, "shopper").await;
    let ask = Ask::post("/v1/customers/me/second-factor").by(&person.token);
    let ask = ask.key("once").json(&json!({ "password": PASSWORD }));
    let pending = world.send("enrol-second-factor", ask).await.body;
    let secret = pending["secret"].as_str().unwrap_or_default();
    let app = App::new(secret);
    let ask = Ask::post("/v1/customers/me/second-factor/confirm").by(&person.token);
    let ask = ask
        .key("once")
        .json(&json!({ "code": app.next_code(&world) }));
    let shown = world.send("confirm-second-factor", ask).await.body;
    world.settle().await;
    let kept = format!("{:?}", world.stage.cloud.snapshot(|_| true));
    let published = format!("{:?}", world.published);
    let codes = shown["recovery_codes"].as_array().expect("recovery codes");
    for hidden in codes
        .iter()
        .filter_map(|code| code.as_str())
        .chain([secret])
    {
        assert!(hidden.len() >= 19, "{hidden}");
        assert!(!kept.contains(hidden) && !published.contains(hidden));
    }
}
