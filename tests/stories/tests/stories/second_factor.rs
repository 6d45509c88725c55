//! A code beside the password: people set up an app, log in with it, lose it and do without it.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use stories::{Admin, Answer, PASSWORD, Shop, Shopper, until};
use totp_rs::{Builder, Secret, Totp};

const FACTOR: &str = "/v1/customers/me/second-factor";

/// An authenticator app on a phone, which shows each code once.
struct App {
    totp: Totp,
    shown: u64,
}

impl App {
    fn new(secret: &Value) -> Self {
        let secret = Secret::try_from_base32(text(secret)).expect("base32");
        let totp = Builder::new().with_secret(secret).build();
        let totp = totp.expect("a secret of twenty bytes");
        Self { totp, shown: 0 }
    }

    /// The next code that was not shown yet: of the step to come, where this one's was, which is good as well.
    fn code(&mut self) -> String {
        let step = until("the app shows another code", || {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
            let now = now.as_secs() / 30;
            (now..=now + 1).find(|step| *step > self.shown)
        });
        self.shown = step;
        self.totp.generate(step * 30).to_string()
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn send(who: &Shopper, method: &str, path: &str, body: &Value) -> Answer {
    let call = who.shop.call(method, path).bearer(&who.token);
    call.json(body).send()
}

fn log_in(who: &Shopper, code: Option<&str>) -> Answer {
    let mut body = json!({ "email": who.email, "password": PASSWORD });
    if let Some(code) = code {
        body["code"] = code.into();
    }
    who.shop.post("/v1/auth/login").json(&body).send()
}

/// Someone with an app, and its recovery codes.
fn careful(shop: &Shop) -> (Shopper, App, Vec<String>) {
    let who = Shopper::register(shop);
    let pending = send(&who, "POST", FACTOR, &json!({ "password": PASSWORD })).expect(201);
    assert!(text(&pending["otpauth_uri"]).contains(&text(&pending["secret"])));
    let mut app = App::new(&pending["secret"]);
    let confirm = format!("{FACTOR}/confirm");
    let shown = send(&who, "POST", &confirm, &json!({ "code": app.code() })).expect(200);
    let codes = shown["recovery_codes"].as_array().expect("recovery codes");
    let codes = codes.iter().map(text).collect();
    (who, app, codes)
}

#[test]
fn an_app_is_set_up_asked_for_and_taken_away() {
    let shop = Shop::open();
    let plain = Shopper::register(&shop);
    let see = |who: &Shopper| shop.get(FACTOR).bearer(&who.token).send();
    see(&plain).refused(404, "second_factor_not_found");
    let guess = send(&plain, "POST", FACTOR, &json!({ "password": "a guess" }));
    guess.refused(422, "validation_failed");

    let (mut who, mut app, codes) = careful(&shop);
    assert_eq!(codes.len(), 10);
    assert_eq!(see(&who).expect(200)["recovery_codes_left"], 10);
    let again = send(&who, "POST", FACTOR, &json!({ "password": PASSWORD }));
    again.refused(409, "second_factor_enrolled");

    log_in(&who, None).refused(401, "second_factor_required");
    log_in(&who, Some("no code")).refused(422, "validation_failed");
    let code = app.code();
    let tokens = log_in(&who, Some(&code)).expect(200);
    log_in(&who, Some(&code)).refused(401, "invalid_second_factor");
    who.token = text(&tokens["access_token"]);

    let wrong = send(&who, "DELETE", FACTOR, &json!({ "code": code }));
    wrong.refused(401, "invalid_second_factor");
    send(&who, "DELETE", FACTOR, &json!({ "code": app.code() })).expect(204);
    see(&who).refused(404, "second_factor_not_found");
    log_in(&who, None).expect(200);
}

#[test]
fn a_recovery_code_stands_in_for_a_lost_app_once() {
    let shop = Shop::open();
    let (mut who, _, codes) = careful(&shop);
    let tokens = log_in(&who, Some(&codes[0])).expect(200);
    log_in(&who, Some(&codes[0])).refused(401, "invalid_second_factor");
    who.token = text(&tokens["access_token"]);
    let renew = format!("{FACTOR}/recovery-codes");
    let renewed = send(&who, "POST", &renew, &json!({ "code": codes[1] })).expect(200);
    log_in(&who, Some(&codes[2])).refused(401, "invalid_second_factor");
    log_in(&who, Some(&text(&renewed["recovery_codes"][0]))).expect(200);
}

#[test]
fn a_session_gives_the_factor_anew() {
    let shop = Shop::open();
    let (mut who, mut app, _) = careful(&shop);
    let step_up =
        |who: &Shopper, code: &str| send(who, "POST", "/v1/auth/step-up", &json!({ "code": code }));
    step_up(&who, "000000").refused(401, "invalid_second_factor");
    let stepped = step_up(&who, &app.code()).expect(200);
    assert_eq!(stepped["token_type"], "Bearer");
    assert_eq!(stepped["refresh_token"], Value::Null);
    who.token = text(&stepped["access_token"]);
    shop.get(FACTOR).bearer(&who.token).send().expect(200);
    let plain = Shopper::register(&shop);
    step_up(&plain, "000000").refused(404, "second_factor_not_found");
}

#[test]
fn an_admin_takes_away_a_factor_that_was_lost() {
    let shop = Shop::open();
    let (who, _, _) = careful(&shop);
    let other = Shopper::register(&shop);
    let admin = Admin::log_in(&shop);
    let reset = |by: &str, whom: &str| {
        let path = format!("/v1/customers/{whom}/second-factor");
        shop.call("DELETE", path).bearer(by).send()
    };
    reset(&other.token, &who.id).refused(403, "forbidden");
    reset(&admin.token, &other.id).refused(404, "second_factor_not_found");
    log_in(&who, None).refused(401, "second_factor_required");
    reset(&admin.token, &who.id).expect(204);
    log_in(&who, None).expect(200);
}
