//! People come, log in, stay logged in and leave.

use serde_json::json;
use stories::{Admin, Seller, Shop, Shopper};

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
fn a_refresh_token_is_good_once_and_its_reuse_ends_the_session() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    let refresh = |token: &str| {
        shop.post("/v1/auth/refresh")
            .json(&json!({ "refresh_token": token }))
            .send()
    };

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
    let third = refresh(second).expect(200)["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned();
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
    shop.post("/v1/auth/refresh")
        .json(&json!({ "refresh_token": shopper.refresh_token }))
        .send()
        .refused(401, "invalid_refresh_token");
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
