//! People use the links that they get by mail.

use serde_json::{Value, json};
use stories::{Answer, Emulator, PASSWORD, Shop, Shopper, until};

const OTHER: &str = "a pony in the library";

/// The tokens in the mails to an address with links to a page, oldest first.
fn tokens(shop: &Shop, address: &str, page: &str) -> Vec<String> {
    let begin = format!("/{page}#token=");
    let token = |mail: &Value| {
        let text = mail.to_string();
        let (_, rest) = text.split_once(&begin)?;
        let is_token = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
        Some(rest.chars().take_while(is_token).collect())
    };
    let mails = Emulator::open(shop).mails_to(address);
    mails.iter().filter_map(token).collect()
}

#[track_caller]
pub(crate) fn mailed(shop: &Shop, address: &str, page: &str) -> String {
    until(&format!("a mail with a link to {page}"), || {
        tokens(shop, address, page).pop()
    })
}

fn log_in(shop: &Shop, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    shop.post("/v1/auth/login").json(&body).send()
}

fn show(shop: &Shop, path: &str, token: &str) -> Answer {
    shop.post(path).json(&json!({ "token": token })).send()
}

#[test]
fn someone_verifies_an_address_by_the_link_in_the_mail() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    let profile = || {
        let me = shop.get("/v1/customers/me").bearer(&shopper.token);
        me.send().expect(200)
    };
    assert_eq!(profile()["email_verified"], false);
    let token = mailed(&shop, &shopper.email, "verify-email");
    show(&shop, "/v1/auth/email-verifications", &token).expect(204);
    assert_eq!(profile()["email_verified"], true);
    show(&shop, "/v1/auth/email-verifications", &token).refused(422, "invalid_token");
}

#[test]
fn someone_who_has_forgotten_the_password_takes_another_and_old_sessions_end() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    let forget = |email: &str| {
        let body = json!({ "email": email });
        let answer = shop.post("/v1/auth/password-resets").json(&body).send();
        answer.expect(202);
        answer
    };
    let known = forget(&shopper.email);
    let unknown = forget(&format!("nobody-{}@example.com", shop.unique()));
    assert_eq!(known.text, unknown.text);

    let token = mailed(&shop, &shopper.email, "reset-password");
    let reset = |password: &str| {
        let body = json!({ "token": token, "password": password });
        let ask = shop.post("/v1/auth/password-resets/confirm");
        ask.json(&body).send()
    };
    reset("password1").refused(422, "validation_failed");
    reset(OTHER).expect(204);
    reset(OTHER).refused(422, "invalid_token");
    let refresh = json!({ "refresh_token": shopper.refresh_token });
    shop.post("/v1/auth/refresh")
        .json(&refresh)
        .send()
        .refused(401, "invalid_refresh_token");
    log_in(&shop, &shopper.email, PASSWORD).refused(401, "invalid_credentials");
    log_in(&shop, &shopper.email, OTHER).expect(200);
    until("the owner is told", || {
        let told = |mail: &Value| mail.to_string().contains("Your password was changed");
        shopper.mails().iter().any(told).then_some(())
    });
}

#[test]
fn someone_moves_to_another_address_once_it_is_confirmed_there() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    let email = format!("moved-{}@example.com", shop.unique());
    let body = json!({ "email": email, "password": PASSWORD });
    let ask = shop.call("PUT", "/v1/customers/me/email");
    ask.bearer(&shopper.token).json(&body).send().expect(202);
    log_in(&shop, &email, PASSWORD).refused(401, "invalid_credentials");

    let token = mailed(&shop, &email, "change-email");
    show(&shop, "/v1/auth/email-changes", &token).expect(204);
    log_in(&shop, &email, PASSWORD).expect(200);
    log_in(&shop, &shopper.email, PASSWORD).refused(401, "invalid_credentials");
    until("the old address is told", || {
        let told = |mail: &Value| mail.to_string().contains("Your e-mail address was changed");
        shopper.mails().iter().any(told).then_some(())
    });
}

#[test]
fn someone_closes_the_account_and_keeps_it_after_all() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    let close = shop.post("/v1/customers/me/close").bearer(&shopper.token);
    let body = json!({ "password": PASSWORD });
    let closing = close.json(&body).send().expect(200);
    assert!(closing["closing_at"].is_string());
    log_in(&shop, &shopper.email, PASSWORD).refused(401, "invalid_credentials");

    let token = mailed(&shop, &shopper.email, "reopen-account");
    show(&shop, "/v1/auth/account-reopenings", &token).expect(204);
    log_in(&shop, &shopper.email, PASSWORD).expect(200);
    show(&shop, "/v1/auth/account-reopenings", &token).refused(422, "invalid_token");
}
