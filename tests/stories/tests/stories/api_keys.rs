//! Machines act in someone's name: with a key that may do a part of what its owner may.

use serde_json::{Value, json};
use stories::{Answer, Seller, Shop, Shopper, until};

const KEYS: &str = "/v1/customers/me/api-keys";

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn make(owner: &Shopper, key: &Value) -> Answer {
    owner.shop.post(KEYS).bearer(&owner.token).json(key).send()
}

/// A key that may do this: its id and its secret.
#[track_caller]
fn made(owner: &Shopper, name: &str, allowances: &[&str]) -> (String, String) {
    let key = make(owner, &json!({ "name": name, "allowances": allowances }));
    let key = key.expect(201);
    (text(&key["id"]), text(&key["secret"]))
}

fn list(owner: &Shopper) -> Vec<Value> {
    let keys = owner.shop.get(KEYS).bearer(&owner.token).send();
    let keys = keys.expect(200)["data"].clone();
    keys.as_array().cloned().unwrap_or_default()
}

fn stock(shop: &Shop, secret: &str, variant: &str) -> Answer {
    let path = format!("/v1/stock/{variant}");
    shop.get(path).bearer(secret).send()
}

#[test]
fn a_warehouse_reads_stock_with_a_key_and_does_nothing_else_until_it_is_revoked() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let owner = &seller.person;
    let goods = seller.offer("Crate", 1_000, 7);
    let (id, secret) = made(owner, "Warehouse", &["stock:read@seller"]);
    assert!(secret.starts_with("souk_"));

    // A script counts, and nothing but that.
    assert_eq!(
        stock(&shop, &secret, &goods.variant).expect(200)["available"],
        7
    );
    let path = format!("/v1/stock/{}/receipts", goods.variant);
    let receive = shop.post(path).bearer(&secret);
    let receive = receive.json(&json!({ "quantity": 1 })).send();
    receive.refused(403, "forbidden");
    shop.get("/v1/cart")
        .bearer(&secret)
        .send()
        .refused(403, "forbidden");
    shop.get(KEYS)
        .bearer(&secret)
        .send()
        .refused(403, "person_required");
    shop.post("/v1/auth/logout")
        .bearer(&secret)
        .send()
        .refused(403, "person_required");

    let seen = until("the use of the key is kept", || {
        let keys = list(owner);
        keys[0]["last_used_at"].is_string().then_some(keys)
    });
    assert_eq!(
        (&seen[0]["id"], &seen[0]["status"]),
        (&json!(id), &json!("active"))
    );
    assert!(!seen[0].to_string().contains(&secret));
    assert!(secret.ends_with(&text(&seen[0]["hint"])));

    // Both secrets are good for the overlap, and with none of it the new one alone.
    let rotate = |overlap: u32| {
        let path = format!("{KEYS}/{id}/rotate");
        let rotate = shop.post(path).bearer(&owner.token);
        let rotated = rotate.json(&json!({ "overlap_seconds": overlap })).send();
        text(&rotated.expect(200)["secret"])
    };
    let second = rotate(3_600);
    until("the new secret is good", || {
        (stock(&shop, &second, &goods.variant).status == 200).then_some(())
    });
    stock(&shop, &secret, &goods.variant).expect(200);
    let third = rotate(0);
    until("the old secrets end", || {
        let statuses = [&secret, &second].map(|old| stock(&shop, old, &goods.variant).status);
        (statuses == [401, 401]).then_some(())
    });
    stock(&shop, &third, &goods.variant).expect(200);

    let path = format!("{KEYS}/{id}");
    let revoke = || {
        shop.call("DELETE", path.clone())
            .bearer(&owner.token)
            .send()
    };
    revoke().expect(204);
    revoke().refused(404, "api_key_not_found");
    until("the revoked key ends", || {
        (stock(&shop, &third, &goods.variant).status == 401).then_some(())
    });
    assert!(list(owner).is_empty());

    let events = shop.get("/v1/customers/me/security-events");
    let events = events.bearer(&owner.token).send().expect(200).to_string();
    for what in ["api_key_created", "api_key_rotated", "api_key_revoked"] {
        assert!(events.contains(what), "{what} in {events}");
    }
}

#[test]
fn a_key_is_made_of_nothing_that_its_owner_lacks_and_is_nobody_elses() {
    let shop = Shop::open();
    let (owner, other) = (Shopper::register(&shop), Shopper::register(&shop));
    shop.get(KEYS).send().refused(401, "unauthenticated");
    let wanted = |allowances: &[&str]| json!({ "name": "Script", "allowances": allowances });
    make(&owner, &wanted(&["order:read@any"])).refused(403, "forbidden");
    make(&owner, &wanted(&["password:change@own"])).refused(422, "validation_failed");
    make(&owner, &wanted(&["order:fly@own"])).refused(422, "validation_failed");
    make(&owner, &wanted(&[])).refused(422, "validation_failed");
    let past = json!({
        "name": "Script", "allowances": ["order:read@own"], "expires_at": "2020-01-01T00:00:00Z",
    });
    make(&owner, &past).refused(422, "validation_failed");

    let (id, secret) = made(&owner, "Script", &["order:read@own"]);
    make(&owner, &wanted(&["order:read@own"])).refused(409, "api_key_name_taken");
    let path = format!("{KEYS}/{id}");
    let foreign = shop
        .call("DELETE", path.clone())
        .bearer(&other.token)
        .send();
    foreign.refused(404, "api_key_not_found");
    assert!(list(&other).is_empty());

    let orders = |secret: &str| shop.get("/v1/orders").bearer(secret).send();
    orders(&secret).expect(200);
    // A letter is wrong, and it is no key.
    let wrong = secret.replacen("souk_A", "souk_B", 1);
    orders(&wrong).refused(401, "unauthenticated");

    // From elsewhere it is not known.
    let patch = shop.call("PATCH", path).bearer(&owner.token);
    let patch = patch
        .json(&json!({ "allowed_ips": ["203.0.113.0/24"] }))
        .send();
    assert_eq!(patch.expect(200)["allowed_ips"], json!(["203.0.113.0/24"]));
    until("the key is bound to other addresses", || {
        (orders(&secret).status == 401).then_some(())
    });
}
