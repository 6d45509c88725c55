//! Admins find customers, see the marketplace as they do, and invite others to help.

use serde_json::{Value, json};
use stories::{Admin, Answer, Emulator, Shop, Shopper, until};

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn look(shop: &Shop, token: &str) -> Answer {
    shop.get("/v1/customers/me").bearer(token).send()
}

fn find(admin: &Admin, query: &str) -> Answer {
    let call = admin.shop.get(format!("/v1/customers?{query}"));
    call.bearer(&admin.token).send()
}

fn impersonate(shop: &Shop, token: &str, customer: &str, body: &Value) -> Answer {
    let call = shop.post(format!("/v1/customers/{customer}/impersonation"));
    call.bearer(token).json(body).send()
}

#[test]
fn an_admin_finds_a_customer_by_the_address_and_by_state() {
    let shop = Shop::open();
    let (admin, shopper) = (Admin::log_in(&shop), Shopper::register(&shop));
    let refused = shop.get("/v1/customers").bearer(&shopper.token).send();
    refused.refused(403, "forbidden");
    find(&admin, "email=none").refused(400, "invalid_parameter");
    find(&admin, "cursor=none").refused(400, "invalid_cursor");

    // An index follows its table in a moment.
    let by_address = format!("email={}", shopper.email);
    let found = until("the customer in the list", || {
        let page = find(&admin, &by_address).expect(200);
        page["data"]
            .as_array()
            .and_then(|data| data.first().cloned())
    });
    assert_eq!(found["id"], shopper.id.as_str());
    let nobody = find(&admin, &format!("{by_address}&status=blocked")).expect(200);
    assert_eq!(nobody["data"], json!([]));

    let block = shop.post(format!("/v1/customers/{}/block", shopper.id));
    let block = block.bearer(&admin.token);
    block
        .json(&json!({ "reason": "For the story." }))
        .send()
        .expect(200);
    until("the customer among the blocked", || {
        let page = find(&admin, "status=blocked&limit=100").expect(200);
        let mut data = page["data"]
            .as_array()
            .cloned()
            .unwrap_or_default()
            .into_iter();
        data.find(|one| one["id"] == shopper.id.as_str())
    });
}

#[test]
fn an_admin_sees_what_a_customer_sees_changes_nothing_and_is_seen() {
    let shop = Shop::open();
    let (admin, shopper) = (Admin::log_in(&shop), Shopper::register(&shop));
    let why = json!({ "reason": "Cannot find an order." });
    impersonate(&shop, &shopper.token, &shopper.id, &why).refused(403, "forbidden");
    let refused = impersonate(&shop, &admin.token, &shopper.id, &json!({ "reason": "" }));
    refused.refused(422, "validation_failed");
    let refused = impersonate(&shop, &admin.token, "cus_none", &why);
    refused.refused(404, "customer_not_found");

    let token = impersonate(&shop, &admin.token, &shopper.id, &why).expect(200);
    assert!(token["expires_in"].as_u64() <= Some(600), "{token}");
    let token = text(&token["access_token"]);
    let seen = look(&shop, &token);
    let profile = seen.expect(200);
    assert_eq!(profile["id"], shopper.id.as_str());
    let marker = seen.header("souk-impersonated-by").map(str::to_owned);
    assert_eq!(marker.as_deref(), profile["impersonated_by"].as_str());
    assert_eq!(
        look(&shop, &shopper.token).header("souk-impersonated-by"),
        None
    );

    let change = shop.call("PATCH", "/v1/customers/me").bearer(&token);
    let change = change.json(&json!({ "locale": "en-GB" })).send();
    change.refused(403, "forbidden");
    let own = shop.get("/v1/customers/me/security-events");
    let own = own.bearer(&shopper.token).send().expect(200);
    assert_eq!(own["data"][0]["what"], "impersonated", "{own}");
    assert!(!own.to_string().contains("Cannot find"), "{own}");
    let all = shop.get(format!("/v1/customers/{}/security-events", shopper.id));
    let all = all.bearer(&admin.token).send().expect(200);
    assert_eq!(all["data"][0]["reason"], "Cannot find an order.", "{all}");

    let out = shop.post(format!("/v1/customers/{}/logout", shopper.id));
    out.bearer(&admin.token).send().expect(200);
    until("the token ends with the customer's sessions", || {
        (look(&shop, &token).status == 401).then_some(())
    });
}

/// The token in the last mail to an address with a link to a page.
fn mailed(shop: &Shop, address: &str, page: &str) -> String {
    let begin = format!("/{page}#token=");
    let token = |mail: &Value| {
        let text = mail.to_string();
        let (_, rest) = text.split_once(&begin)?;
        let is_token = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
        Some(rest.chars().take_while(is_token).collect::<String>())
    };
    until(&format!("a mail with a link to {page}"), || {
        let mails = Emulator::open(shop).mails_to(address);
        mails.iter().filter_map(token).next_back()
    })
}

#[test]
fn who_is_invited_by_a_super_admin_becomes_an_admin_once() {
    let shop = Shop::open();
    let (root, mut helper) = (Admin::log_in(&shop), Shopper::register(&shop));
    let invite = |token: &str, email: &str| {
        let call = shop.post("/v1/admin/invitations").bearer(token);
        call.json(&json!({ "email": email })).send()
    };
    invite(&helper.token, &helper.email).refused(403, "forbidden");
    invite(&root.token, "nobody").refused(422, "validation_failed");
    invite(&root.token, &helper.email).expect(201);
    let token = mailed(&shop, &helper.email, "accept-admin-invitation");
    let accept = |person: &Shopper| {
        let call = shop.post("/v1/admin/invitations/accept");
        let call = call.bearer(&person.token);
        call.json(&json!({ "token": token })).send()
    };
    // The address is not verified yet, and another account has another.
    accept(&helper).refused(403, "forbidden");
    accept(&Shopper::register(&shop)).refused(403, "forbidden");
    let verify = mailed(&shop, &helper.email, "verify-email");
    let verify = json!({ "token": verify });
    let call = shop.post("/v1/auth/email-verifications").json(&verify);
    call.send().expect(204);

    let joined = accept(&helper).expect(200);
    assert_eq!(joined["roles"], json!(["customer", "admin"]));
    until("the old token ends", || {
        (look(&shop, &helper.token).status == 401).then_some(())
    });
    helper.log_in_again();
    accept(&helper).refused(422, "invalid_token");
    let list = shop.get("/v1/customers").bearer(&helper.token).send();
    list.expect(200);
    // An admin makes no admins.
    invite(&helper.token, &helper.email).refused(403, "forbidden");
}
