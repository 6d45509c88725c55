//! Another key signs the access tokens while people go on shopping. Alone in its binary: with so short an overlap
//! every token that was handed out before ends.

use std::{
    collections::BTreeSet,
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use stories::{PASSWORD, Shop, Shopper};

/// The key that a token says it is signed with.
fn key_of(token: &str) -> String {
    let header = token.split('.').next().unwrap_or_default();
    let header = URL_SAFE_NO_PAD.decode(header).expect("base64url");
    let header: Value = serde_json::from_slice(&header).expect("a header");
    header["kid"].as_str().expect("a kid").to_owned()
}

fn key_set(shop: &Shop) -> (BTreeSet<String>, String) {
    let answer = shop.get("/.well-known/jwks.json").send();
    let set = answer.expect(200);
    let kept = answer.header("cache-control");
    assert_eq!(kept, Some("public, max-age=300"));
    let keys = set["keys"].as_array().expect("keys").iter();
    let ids = keys.map(|key| key["kid"].as_str().expect("a kid").to_owned());
    let version = answer.header("etag").expect("a version").to_owned();
    (ids.collect(), version)
}

#[test]
fn another_key_signs_and_no_request_is_refused() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    let old = key_of(&shopper.token);
    let before = key_set(&shop);
    assert_eq!(before.0, BTreeSet::from([old.clone()]));

    let over = AtomicBool::new(false);
    let (signed_with, shown, requests) = thread::scope(|scope| {
        // Someone whose tokens are never older than a moment, at routes of three services.
        let client = scope.spawn(|| {
            let (mut keys, mut requests) = (BTreeSet::new(), 0);
            let mut refresh_token = shopper.refresh_token.clone();
            while !over.load(Ordering::Relaxed) {
                let ask = json!({ "refresh_token": refresh_token });
                let tokens = shop.post("/v1/auth/refresh").json(&ask).send().expect(200);
                let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
                let token = text("access_token");
                refresh_token = text("refresh_token");
                for path in ["/v1/customers/me", "/v1/orders", "/v1/addresses"] {
                    shop.get(path).bearer(&token).send().expect(200);
                }
                keys.insert(key_of(&token));
                requests += 4;
            }
            (keys, requests)
        });
        let watcher = scope.spawn(|| {
            let mut shown = BTreeSet::new();
            while !over.load(Ordering::Relaxed) {
                shown.insert(key_set(&shop).0);
            }
            shown
        });
        let rotated = Command::new("cargo")
            .args(["stack", "rotate-keys", "local", "--overlap", "3"])
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
            .output()
            .expect("cargo runs");
        over.store(true, Ordering::Relaxed);
        let said = String::from_utf8_lossy(&rotated.stderr);
        assert!(rotated.status.success(), "{said}");
        let (keys, requests) = client.join().expect("no request was refused");
        (keys, watcher.join().expect("the keys were shown"), requests)
    });

    let after = key_set(&shop);
    let new = after.0.first().expect("a key").clone();
    assert_ne!(new, old);
    assert_ne!(
        after.1, before.1,
        "whoever has the old keys is not told that they are the new"
    );
    assert_eq!(after.0.len(), 1);
    let both = BTreeSet::from([old.clone(), new.clone()]);
    assert_eq!(signed_with, both, "in {requests} requests");
    assert!(shown.contains(&both), "{shown:?}");

    // What the old key has signed is nobody's; its session goes on.
    let own = shop.get("/v1/customers/me").bearer(&shopper.token).send();
    own.refused(401, "unauthenticated");
    let login = json!({ "email": shopper.email, "password": PASSWORD });
    let tokens = shop.post("/v1/auth/login").json(&login).send().expect(200);
    let token = tokens["access_token"].as_str().expect("a token");
    assert_eq!(key_of(token), new);
    shop.get("/v1/customers/me")
        .bearer(token)
        .send()
        .expect(200);
}
