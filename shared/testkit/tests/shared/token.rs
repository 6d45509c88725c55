//! Access tokens: one that is not quite right is worth nothing, and nobody learns what was wrong with it.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kernel::Role;
use serde_json::{Value, json};
use testkit::{Ask, Lambda, Stage, forge};

use crate::notes::{Notebook, refused, without_id};

/// A function that a good token reaches: it has no such note.
async fn stage() -> (Notebook, Lambda) {
    let notebook = Notebook::new();
    let get = notebook.start("get-note").await;
    (notebook, get)
}

fn ask() -> Ask {
    Ask::get("/v1/notes/1")
}

/// The claims of a token.
fn claims(token: &str) -> Value {
    let text = token.split('.').nth(1).unwrap_or_default();
    let text = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// The public key, as functions are given it.
fn public_key() -> (String, Value) {
    let jwks = Stage::settings_of("place-order")
        .remove("JWT_KEYS")
        .unwrap_or_default();
    let key = serde_json::from_str::<Value>(&jwks).unwrap_or_default()["keys"][0].take();
    (jwks, key)
}

#[tokio::test(start_paused = true)]
async fn a_good_token_is_good_until_it_ends() {
    let (notebook, get) = stage().await;
    let token = notebook.someone();
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let ask = ask().header("authorization", &format!("{scheme} {token}"));
        refused(&get.send(ask).await, 404, "order_not_found");
    }
    notebook
        .stage
        .clock
        .advance(std::time::Duration::from_secs(3_599));
    refused(&get.send(ask().by(&token)).await, 404, "order_not_found");
    notebook
        .stage
        .clock
        .advance(std::time::Duration::from_secs(1));
    refused(&get.send(ask().by(&token)).await, 401, "unauthenticated");
}

#[tokio::test(start_paused = true)]
async fn clocks_may_differ_by_five_seconds() {
    let (notebook, get) = stage().await;
    let token = notebook.someone();
    let from = |later: i64| forge(&token, &json!({}), |claims| claims.nbf += later);
    refused(&get.send(ask().by(&from(5))).await, 404, "order_not_found");
    refused(&get.send(ask().by(&from(6))).await, 401, "unauthenticated");
}

#[tokio::test(start_paused = true)]
async fn whatever_is_wrong_with_a_token_the_answer_is_the_same() {
    let (notebook, get) = stage().await;
    let good = notebook.someone();
    let claimed = |change: fn(&mut lambda::token::Claims)| forge(&good, &json!({}), change);
    let headed = |header: Value| forge(&good, &header, |_| ());
    let parts: Vec<&str> = good.split('.').collect();
    let unsigned = |header: Value| {
        let first = URL_SAFE_NO_PAD.encode(header.to_string());
        format!("{first}.{}.", parts[1])
    };
    let another = notebook
        .stage
        .token(notebook.stage.customer(), &[Role::SuperAdmin]);
    let promoted = another.split('.').nth(1).unwrap_or_default();

    let tokens = [
        ("expired", claimed(|claims| claims.exp -= 3_600)),
        ("long expired", claimed(|claims| claims.exp = 0)),
        (
            "expired before 1970",
            claimed(|claims| claims.exp = i64::MIN),
        ),
        ("not valid yet", claimed(|claims| claims.nbf += 60)),
        (
            "another issuer",
            claimed(|claims| claims.iss = "https://souk.example".to_owned()),
        ),
        ("no issuer", claimed(|claims| claims.iss.clear())),
        (
            "another audience",
            claimed(|claims| claims.aud = "bazaar".to_owned()),
        ),
        (
            "no algorithm",
            unsigned(json!({ "alg": "none", "typ": "at+jwt", "kid": "test-key" })),
        ),
        (
            "no signature",
            unsigned(json!({ "alg": "ES256", "typ": "at+jwt", "kid": "test-key" })),
        ),
        (
            "an algorithm by another name",
            headed(json!({ "alg": "None" })),
        ),
        ("another algorithm", headed(json!({ "alg": "ES384" }))),
        (
            "another algorithm's name",
            headed(json!({ "alg": "RS256" })),
        ),
        ("an unknown key", headed(json!({ "kid": "other-key" }))),
        (
            "a path for a key",
            headed(json!({ "kid": "../../dev/null" })),
        ),
        ("no key", headed(json!({ "kid": null }))),
        ("an ID token", headed(json!({ "typ": "JWT" }))),
        ("no type", headed(json!({ "typ": null }))),
        ("something critical", headed(json!({ "crit": ["exp"] }))),
        ("too long", headed(json!({ "jku": "x".repeat(4_096) }))),
        (
            "another's claims",
            format!("{}.{promoted}.{}", parts[0], parts[2]),
        ),
        ("no claims", format!("{}..{}", parts[0], parts[2])),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("four parts", format!("{good}.{}", parts[2])),
        (
            "a bent signature",
            format!("{}{}", &good[..good.len() - 4], "AAAA"),
        ),
        ("garbage", "garbage".to_owned()),
        ("dots", "..".to_owned()),
        ("nothing", String::new()),
        ("not ASCII", "tökén".to_owned()),
        ("no base64", format!("%{good}")),
    ];
    let nobody = get.send(ask()).await;
    refused(&nobody, 401, "unauthenticated");
    for (wrong, token) in tokens {
        let answer = get.send(ask().by(&token)).await;
        assert_eq!(answer.status, 401, "{wrong}: {}", answer.text);
        assert_eq!(without_id(&answer), without_id(&nobody), "{wrong}");
        assert_eq!(answer.header("www-authenticate"), "Bearer", "{wrong}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_public_key_is_no_secret_to_sign_with() {
    let (notebook, get) = stage().await;
    let claims = claims(&notebook.someone());
    let (jwks, key) = public_key();
    let coordinate = |name: &str| {
        let text = key[name].as_str().unwrap_or_default();
        URL_SAFE_NO_PAD.decode(text).unwrap_or_default()
    };
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    assert_eq!(point.len(), 65);
    // SubjectPublicKeyInfo of P-256 (RFC 5480) up to the point.
    let prefix = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE";
    let der = [
        STANDARD.decode(prefix).unwrap_or_default(),
        point[1..].to_vec(),
    ]
    .concat();
    let pem = STANDARD.encode(&der);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{pem}\n-----END PUBLIC KEY-----\n");
    for bytes in [
        jwks.into_bytes(),
        key.to_string().into_bytes(),
        point,
        der,
        pem.into_bytes(),
    ] {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let mut header = Header::new(algorithm);
            header.typ = Some("at+jwt".to_owned());
            header.kid = key["kid"].as_str().map(str::to_owned);
            let key = EncodingKey::from_secret(&bytes);
            let token = jsonwebtoken::encode(&header, &claims, &key).expect("a token");
            refused(&get.send(ask().by(&token)).await, 401, "unauthenticated");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_comes_once_in_its_header_and_nowhere_else() {
    let (notebook, get) = stage().await;
    let token = notebook.someone();
    let bearer = format!("Bearer {token}");
    for wrong in [
        ask().by(&token).again("authorization", &bearer),
        // As API Gateway joins them.
        ask().header("authorization", &format!("{bearer},{bearer}")),
        ask().header("authorization", &token),
        ask().header("authorization", &format!("Basic {token}")),
        ask().header("authorization", "Bearer"),
        ask().header("authorization", ""),
        ask().header("x-authorization", &bearer),
        ask().header("cookie", &format!("access_token={token}")),
        Ask::get(&format!("/v1/notes/1?access_token={token}")),
    ] {
        refused(&get.send(wrong).await, 401, "unauthenticated");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_says_nothing_in_the_log() {
    let (notebook, get) = stage().await;
    notebook.stage.take_log();
    let token = notebook.someone();
    get.send(ask().by(&token)).await;
    get.send(ask().by(&format!("{token}x"))).await;
    let log = Value::from(notebook.stage.take_log()).to_string();
    for part in token.split('.') {
        assert!(!log.contains(part), "{log}");
    }
}
