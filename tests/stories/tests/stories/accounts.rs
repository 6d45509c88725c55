//! People come, log in, stay logged in and leave.

use serde_json::{Value, json};
use stories::{Admin, Answer, PASSWORD, Seller, Shop, Shopper, at_once};

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn refresh(shop: &Shop, token: &str) -> Answer {
    let body = json!({ "refresh_token": token });
    shop.post("/v1/auth/refresh").json(&body).send()
}

#[test]
fn someone_registers_and_sees_their_own_profile() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    let profile = shop
        .get("/v1/customers/me")
        .bearer(&shopper.token)
        .send()
        .expect(200);
    assert_eq!(profile["id"], shopper.id.as_str());
    assert_eq!(profile["email"], shopper.email.as_str());
    assert_eq!(profile["roles"], json!(["customer"]));
    assert!(shopper.id.starts_with("cus_"));
}

#[test]
fn an_address_makes_one_account_however_it_is_written() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    let again = |email: &str| {
        let body = json!({ "email": email, "password": "another long password", "name": "Robin" });
        shop.post("/v1/customers").json(&body).send()
    };
    again(&shopper.email).refused(409, "email_taken");
    again(&shopper.email.to_uppercase()).refused(409, "email_taken");
}

#[test]
fn an_unknown_address_and_a_wrong_password_get_the_same_answer() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    let try_it = |email: &str| {
        let body = json!({ "email": email, "password": "not the password at all" });
        let answer = shop.post("/v1/auth/login").json(&body).send();
        answer.refused(401, "invalid_credentials");
        let mut body = answer.json();
        body["request_id"] = "".into();
        body
    };
    assert_eq!(
        try_it(&shopper.email),
        try_it(&format!("nobody-{}@example.com", shop.unique()))
    );
}

#[test]
fn five_wrong_passwords_are_enough_but_a_known_device_still_gets_in() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    let log_in = |email: &str, password: &str, device: Option<&str>| {
        let mut body = json!({ "email": email, "password": password });
        if let Some(device) = device {
            body["device_token"] = device.into();
        }
        shop.post("/v1/auth/login").json(&body).send()
    };
    let device = text(&log_in(&shopper.email, PASSWORD, None).expect(200)["device_token"]);

    // Twenty at once: at most five are looked at, whether there is such an account or not.
    for email in [
        &shopper.email,
        &format!("nobody-{}@example.com", shop.unique()),
    ] {
        let answers = at_once(vec![(); 20], 20, |()| {
            log_in(email, "a guess out of many", None)
        });
        let looked_at = answers.iter().filter(|answer| answer.status == 401).count();
        assert!((1..=5).contains(&looked_at), "{looked_at} of {email}");
        for answer in answers.iter().filter(|answer| answer.status != 401) {
            assert!([409, 429].contains(&answer.status), "{}", answer.status);
        }
        while log_in(email, "one more", None).status == 401 {}
        let refused = log_in(email, PASSWORD, None);
        refused.refused(429, "too_many_requests");
        let wait: u32 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=900).contains(&wait), "{wait}");
    }

    let tokens = log_in(&shopper.email, PASSWORD, Some(&device)).expect(200);
    assert_eq!(tokens["device_token"], device.as_str());
    let other = Shopper::register(&shop);
    let foreign = text(&log_in(&other.email, PASSWORD, None).expect(200)["device_token"]);
    log_in(&shopper.email, PASSWORD, Some(&foreign)).refused(429, "too_many_requests");
}

#[test]
fn a_refresh_token_is_good_once_and_its_reuse_ends_the_session() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    let refresh = |token: &str| refresh(&shop, token);

    let first = refresh(&shopper.refresh_token).expect(200);
    assert_eq!(first["token_type"], "Bearer");
    let second = first["refresh_token"].as_str().unwrap();
    assert_ne!(second, shopper.refresh_token);

    // The very same request again, at once, is an honest tab or a lost reply: it gets the same successor.
    assert_eq!(
        refresh(&shopper.refresh_token).expect(200)["refresh_token"],
        second
    );

    // A token that is two steps old is a thief's.
    let third = text(&refresh(second).expect(200)["refresh_token"]);
    refresh(&shopper.refresh_token).refused(401, "invalid_refresh_token");
    refresh(&third).refused(401, "invalid_refresh_token");
}

#[test]
fn who_logs_out_cannot_refresh() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    shop.post("/v1/auth/logout")
        .bearer(&shopper.token)
        .send()
        .expect(204);
    refresh(&shop, &shopper.refresh_token).refused(401, "invalid_refresh_token");
}

#[test]
fn a_customer_says_what_to_be_called_and_where_and_takes_it_back() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    let change = |body: &Value| {
        let call = shop.call("PATCH", "/v1/customers/me");
        call.bearer(&shopper.token).json(body).send()
    };
    let changed = change(&json!({
        "name": "Ada", "phone": "+49 (30) 123-456", "locale": "de", "marketing_consent": true,
    }));
    let changed = changed.expect(200);
    assert_eq!(changed["phone"], "+4930123456");
    assert_eq!(changed["marketing_consent"], true);
    let decided = changed["marketing_consent_at"].clone();
    assert!(decided.is_string());

    // What is not named stays; null takes it away.
    let changed = change(&json!({ "phone": null, "marketing_consent": true })).expect(200);
    assert_eq!(changed["phone"], Value::Null);
    assert_eq!(changed["name"], "Ada");
    assert_eq!(changed["marketing_consent_at"], decided);

    change(&json!({ "phone": "030 123456" })).refused(422, "validation_failed");
    change(&json!({ "name": null })).refused(422, "validation_failed");
    change(&json!({ "roles": ["admin"] })).refused(422, "validation_failed");
    change(&json!({ "email": "other@example.com" })).refused(422, "validation_failed");
    let seen = shop.get("/v1/customers/me").bearer(&shopper.token).send();
    assert_eq!(seen.expect(200), changed);
}

#[test]
fn a_lost_device_is_logged_out_from_another() {
    let shop = Shop::open();
    let lost = Shopper::register(&shop);
    let mut here = lost.clone();
    here.log_in_again();
    let sessions = |shopper: &Shopper| {
        let list = shop.get("/v1/customers/me/sessions").bearer(&shopper.token);
        list.send().expect(200)["data"].as_array().unwrap().clone()
    };
    let list = sessions(&here);
    assert_eq!(list.len(), 2);
    // The last begun first.
    assert_eq!([&list[0]["current"], &list[1]["current"]], [true, false]);
    let id = text(&list[1]["id"]);

    let revoke = |who: &Shopper, id: &str| {
        let call = shop.call("DELETE", format!("/v1/customers/me/sessions/{id}"));
        call.bearer(&who.token).send()
    };
    let stranger = Shopper::register(&shop);
    let missing = id.replace(|c: char| c.is_ascii_digit(), "0");
    revoke(&stranger, &id).refused(404, "session_not_found");
    revoke(&here, &missing).refused(404, "session_not_found");

    revoke(&here, &id).expect(204);
    revoke(&here, &id).refused(404, "session_not_found");
    assert_eq!(sessions(&here).len(), 1);
    refresh(&shop, &lost.refresh_token).refused(401, "invalid_refresh_token");
    refresh(&shop, &here.refresh_token).expect(200);
}

#[test]
fn a_new_password_logs_out_everywhere_else() {
    let shop = Shop::open();
    let elsewhere = Shopper::register(&shop);
    let mut here = elsewhere.clone();
    here.log_in_again();
    let change = |current: &str, new: &str| {
        let body = json!({ "current_password": current, "new_password": new });
        let call = shop.call("PUT", "/v1/customers/me/password");
        call.bearer(&here.token).json(&body).send()
    };
    let next = "a lighthouse made of paper";
    change("not the password", next).refused(422, "validation_failed");
    change(PASSWORD, "password1").refused(422, "validation_failed");
    change(PASSWORD, &here.email).refused(422, "validation_failed");
    refresh(&shop, &elsewhere.refresh_token).expect(200);

    change(PASSWORD, next).expect(204);
    refresh(&shop, &elsewhere.refresh_token).refused(401, "invalid_refresh_token");
    refresh(&shop, &here.refresh_token).expect(200);
    let log_in = |password: &str| {
        let body = json!({ "email": here.email, "password": password });
        shop.post("/v1/auth/login").json(&body).send()
    };
    log_in(PASSWORD).refused(401, "invalid_credentials");
    let tokens = log_in(next).expect(200);
    refresh(&shop, &text(&tokens["refresh_token"])).expect(200);
}

#[test]
fn a_blocked_account_is_out_of_use_until_it_is_unblocked() {
    let shop = Shop::open();
    let (suspect, seller) = (Shopper::register(&shop), Seller::open(&shop));
    let admin = Admin::log_in(&shop);
    let path = format!("/v1/customers/{}", suspect.id);
    let reason = json!({ "reason": "Pays with cards of others." });
    let ask = |who: &str, what: &str| {
        let call = shop.post(format!("{path}/{what}")).bearer(who);
        if what == "block" {
            call.json(&reason).send()
        } else {
            call.send()
        }
    };
    let log_in = || {
        let body = json!({ "email": suspect.email, "password": PASSWORD });
        shop.post("/v1/auth/login").json(&body).send()
    };
    for who in [&suspect.token, &seller.person.token] {
        for what in ["block", "unblock", "logout"] {
            ask(who, what).refused(403, "forbidden");
        }
        let seen = shop.get(&path).bearer(who).send();
        seen.refused(403, "forbidden");
    }

    // Logged out, but not out of use.
    ask(&admin.token, "logout").expect(200);
    refresh(&shop, &suspect.refresh_token).refused(401, "invalid_refresh_token");
    let tokens = log_in().expect(200);

    let blocked = ask(&admin.token, "block").expect(200);
    assert_eq!(blocked["status"], "blocked");
    assert_eq!(ask(&admin.token, "block").expect(200), blocked);
    log_in().refused(401, "invalid_credentials");
    refresh(&shop, &text(&tokens["refresh_token"])).refused(401, "invalid_refresh_token");
    let seen = shop.get(&path).bearer(&admin.token).send().expect(200);
    assert_eq!(seen["block_reason"], reason["reason"]);

    assert_eq!(ask(&admin.token, "unblock").expect(200)["status"], "active");
    refresh(&shop, &text(&tokens["refresh_token"])).refused(401, "invalid_refresh_token");
    log_in().expect(200);
}

#[test]
fn nobody_locks_out_a_super_admin() {
    let shop = Shop::open();
    let admin = Admin::log_in(&shop);
    let me = shop.get("/v1/customers/me").bearer(&admin.token).send();
    let path = format!("/v1/customers/{}/block", text(&me.expect(200)["id"]));
    let reason = json!({ "reason": "A coup." });
    let call = shop.post(path).bearer(&admin.token).json(&reason);
    call.send().refused(403, "forbidden");
}

#[test]
fn roles_are_given_by_admins_alone() {
    let shop = Shop::open();
    let (shopper, other) = (Shopper::register(&shop), Shopper::register(&shop));
    let path = format!("/v1/customers/{}/roles", other.id);
    let body = json!({ "roles": ["customer", "admin"] });
    shop.call("PUT", &path)
        .bearer(&shopper.token)
        .json(&body)
        .send()
        .refused(403, "forbidden");
    shop.call("PUT", &path)
        .json(&body)
        .send()
        .refused(401, "unauthenticated");

    let seller = Seller::open(&shop);
    shop.call("PUT", &path)
        .bearer(&seller.person.token)
        .json(&body)
        .send()
        .refused(403, "forbidden");

    let admin = Admin::log_in(&shop);
    let nobody = shopper.id.replace(|c: char| c.is_ascii_digit(), "0");
    admin
        .give_roles(&nobody, &["customer"])
        .refused(404, "customer_not_found");
    admin
        .give_roles(&other.id, &["customer", "king"])
        .refused(422, "validation_failed");
}
