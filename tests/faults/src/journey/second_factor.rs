//! An authenticator app beside the password, and what asks for it.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Answer, Ask};
use totp_rs::{Builder, Secret, Totp};

use super::{PASSWORD, Person, ok, text};
use crate::World;

const FACTOR: &str = "/v1/customers/me/second-factor";

/// Someone's authenticator app: another's work, so that a mistake of ours is none of the app's.
#[derive(Debug, Clone)]
pub struct App(Totp);

impl App {
    /// That has read a secret.
    ///
    /// # Panics
    /// When it is no base32 of enough bytes.
    pub fn new(secret: &str) -> Self {
        let secret = Secret::try_from_base32(secret).expect("a secret in base32");
        let totp = Builder::new().with_secret(secret).build();
        Self(totp.expect("a secret of twenty bytes"))
    }

    /// What it shows, once the code that it has shown is over: every code is good once.
    pub fn next_code(&self, world: &World) -> String {
        world.stage.clock.advance(Duration::from_secs(30));
        let now = world.stage.clock.now().as_second();
        self.0.generate(now.unsigned_abs()).to_string()
    }
}

fn code(code: &str) -> Value {
    json!({ "code": code })
}

impl Person {
    /// Begins to set up an app.
    pub async fn enrol(&self, world: &mut World) -> App {
        let ask = Ask::post(FACTOR)
            .by(&self.token)
            .json(&json!({ "password": PASSWORD }));
        let pending = ok(world.send("enrol-second-factor", ask).await, 201).body;
        let uri = text(&pending["otpauth_uri"]);
        let secret = text(&pending["secret"]);
        assert!(uri.starts_with("otpauth://totp/") && uri.contains(&secret));
        App::new(&secret)
    }

    /// Sets up an app; the recovery codes.
    pub async fn enable(&self, world: &mut World) -> (App, Vec<String>) {
        let app = self.enrol(world).await;
        let ask = Ask::post(&format!("{FACTOR}/confirm")).by(&self.token);
        let ask = ask.json(&code(&app.next_code(world)));
        let shown = ok(world.send("confirm-second-factor", ask).await, 200).body;
        let codes = shown["recovery_codes"].as_array().expect("recovery codes");
        (app, codes.iter().map(text).collect())
    }

    /// What logs in with a code.
    pub fn log_in_with(&self, code: &str) -> Ask {
        let body = json!({ "email": self.email, "password": PASSWORD, "code": code });
        Ask::post("/v1/auth/login").json(&body)
    }

    /// What shows a code once more.
    pub fn step_up_with(&self, shown: &str) -> Ask {
        let ask = Ask::post("/v1/auth/step-up").by(&self.token);
        ask.json(&code(shown))
    }

    /// The same person after an answer with an access token.
    pub fn with_token(&self, answer: Answer) -> Self {
        Self {
            token: text(&ok(answer, 200).body["access_token"]),
            ..self.clone()
        }
    }
}

/// Goes through what there is about second factors.
pub(super) async fn second_factors(world: &mut World, root: &Person) {
    let careful = Person::register(world, "careful").await;
    let (app, recovery) = careful.enable(world).await;
    let seen = Ask::get(FACTOR).by(&careful.token);
    let seen = ok(world.send("get-second-factor", seen).await, 200).body;
    assert_eq!(seen["recovery_codes_left"], 10);

    let body = json!({ "email": careful.email, "password": PASSWORD });
    let alone = Ask::post("/v1/auth/login").json(&body);
    let refused = ok(world.send("log-in", alone).await, 401);
    assert_eq!(refused.code(), "second_factor_required");
    let ask = careful.log_in_with(&app.next_code(world));
    let careful = careful.with_token(world.send("log-in", ask).await);
    let ask = careful.log_in_with(&recovery[0]);
    ok(world.send("log-in", ask).await, 200);

    let ask = careful.step_up_with(&app.next_code(world));
    let careful = careful.with_token(world.send("step-up-session", ask).await);
    let ask = Ask::post(&format!("{FACTOR}/recovery-codes")).by(&careful.token);
    let ask = ask.json(&code(&recovery[1]));
    ok(world.send("renew-recovery-codes", ask).await, 200);
    let ask = Ask::new("DELETE", FACTOR).by(&careful.token);
    let ask = ask.key("disable").json(&code(&app.next_code(world)));
    ok(world.send("disable-second-factor", ask).await, 204);

    careful.enable(world).await;
    let path = format!("/v1/customers/{}/second-factor", careful.id);
    let ask = Ask::new("DELETE", &path).by(&root.token).key("reset");
    ok(world.send("reset-customer-second-factor", ask).await, 204);
    world.settle().await;
    Person::log_in(world, &careful.id, &careful.email).await;
}
