//! The gate, over HTTP: what a gateway, a proxy or a browser may make of a request never opens more than the plain
//! request does.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::json;
use stories::{Shop, Shopper, address};

/// A request as it goes over the wire, with nothing put right in between.
struct Wire {
    authority: String,
    base: String,
}

/// What came back; a connection that was closed without a word is a refusal.
struct Reply {
    status: Option<u16>,
    text: String,
}

impl Wire {
    fn open(shop: &Shop) -> Self {
        let (authority, base) = address(shop);
        Self { authority, base }
    }

    fn send(&self, method: &str, target: &str, headers: &[(&str, &str)]) -> Reply {
        let mut stream = TcpStream::connect(&self.authority).expect("the platform listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .expect("a timeout");
        let mut request = format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n",
            self.authority
        );
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        stream.write_all(request.as_bytes()).expect("it is sent");
        let mut bytes = Vec::new();
        // A server that is not pleased may just go.
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let status = text
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        Reply { status, text }
    }
}

/// Ways to write a path that some software takes for the same and some for another.
fn variants(base: &str, authority: &str, path: &str) -> Vec<(&'static str, String)> {
    let (parent, last) = path.rsplit_once('/').expect("a path");
    let upper = path.to_uppercase();
    let encoded: String = path.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let first = format!("%{:02x}{}", last.as_bytes()[0], &last[1..]);
    let twice = format!("%25{:02x}{}", last.as_bytes()[0], &last[1..]);
    let paths = [
        ("GET", path.to_owned()),
        ("GET", format!("{path}/")),
        ("GET", format!("{path}//")),
        ("GET", format!("/{path}")),
        ("GET", format!("//{path}")),
        ("GET", path.replacen("/v1/", "/v1//", 1)),
        ("GET", path.replacen("/v1/", "//v1/", 1)),
        ("GET", path.replacen("/v1/", "/v1/./", 1)),
        ("GET", path.replacen("/v1/", "/v1/x/../", 1)),
        ("GET", path.replacen("/v1/", "/v1/products/../", 1)),
        ("GET", path.replacen("/v1/", "/v1/products/%2e%2e/", 1)),
        ("GET", path.replacen("/v1/", "/v1/products/..%2f", 1)),
        ("GET", path.replacen("/v1/", "/v1/products/..;/", 1)),
        ("GET", path.replacen("/v1/", "/v1/products/..%5c", 1)),
        ("GET", path.replacen("/v1/", "/v1/products/..%c0%af", 1)),
        ("GET", path.replacen("/v1/", "/v1%2f", 1)),
        ("GET", path.replacen("/v1/", "/%76%31/", 1)),
        ("GET", path.replacen("/v1/", "/V1/", 1)),
        ("GET", path.replacen("/v1/", "/v1;x=1/", 1)),
        ("GET", path.replacen('/', "\\", 1)),
        ("GET", upper),
        ("GET", format!("/{encoded}")),
        ("GET", format!("{parent}/{first}")),
        ("GET", format!("{parent}/{twice}")),
        ("GET", format!("{parent}%2f{last}")),
        ("GET", format!("{parent}%252f{last}")),
        ("GET", format!("{path};jsessionid=1")),
        ("GET", format!("{path};/v1/products")),
        ("GET", format!("{path}.json")),
        ("GET", format!("{path}%00")),
        ("GET", format!("{path}%00.json")),
        ("GET", format!("{path}%20")),
        ("GET", format!("{path}%0d%0aX-Admin:%20true")),
        ("GET", format!("{path}%e2%80%ae")),
        ("GET", format!("{path}%ef%bc%8f")),
        ("GET", format!("{path}%ff%fe")),
        ("GET", format!("{path}?")),
        ("GET", format!("{path}??")),
        ("GET", format!("{path}?/v1/products")),
        ("GET", format!("{path}?_method=GET&role=super_admin")),
        ("GET", format!("{path}#/v1/products")),
        ("GET", format!("{path}/../{last}")),
        ("GET", format!("{path}/%2e")),
        ("HEAD", path.to_owned()),
        ("OPTIONS", path.to_owned()),
        ("TRACE", path.to_owned()),
        ("PROPFIND", path.to_owned()),
        ("get", path.to_owned()),
        ("GET", String::new()),
    ];
    let mut all: Vec<_> = paths
        .into_iter()
        .map(|(method, path)| (method, format!("{base}{path}")))
        .collect();
    all.push(("GET", format!("http://{authority}{base}{path}")));
    all.push(("GET", format!("http://admin@{authority}{base}{path}")));
    all.push(("GET", format!("http://127.0.0.1{base}{path}")));
    all
}

/// Headers by which some software takes a request for another one.
fn disguises(path: &str) -> Vec<(&'static str, String)> {
    let mut all: Vec<_> = [
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Original-URI",
        "X-Forwarded-Path",
        "X-Forwarded-Uri",
        "X-Forwarded-Prefix",
        "X-Envoy-Original-Path",
        "Destination",
        "Referer",
    ]
    .map(|name| (name, path.to_owned()))
    .into();
    for name in [
        "X-HTTP-Method-Override",
        "X-HTTP-Method",
        "X-Method-Override",
    ] {
        all.extend(["GET", "PUT", "DELETE"].map(|method| (name, method.to_owned())));
    }
    all.push(("X-Forwarded-For", "127.0.0.1".to_owned()));
    all.push(("X-Forwarded-Host", "localhost".to_owned()));
    all.push(("X-User-Roles", "super_admin".to_owned()));
    all
}

#[test]
fn no_way_to_write_a_path_opens_what_the_path_does_not() {
    let shop = Shop::open();
    let wire = Wire::open(&shop);
    let (owner, stranger) = (Shopper::register(&shop), Shopper::register(&shop));
    let bearer = format!("Bearer {}", stranger.token);
    let account = format!("/v1/customers/{}", owner.id);
    let mut sent = 0;
    for (path, token) in [
        ("/v1/customers/me", None),
        ("/v1/customers/me/sessions", None),
        ("/v1/orders", None),
        (account.as_str(), None),
        (account.as_str(), Some(bearer.as_str())),
    ] {
        let mut headers = Vec::new();
        headers.extend(token.map(|token| ("Authorization", token)));
        let check = |method: &str, target: &str, reply: &Reply| {
            let told = format!(
                "{method} {target} with a token: {}: {}",
                token.is_some(),
                reply.text
            );
            // Preflights are answered by the gateway, and say nothing.
            let refused = match reply.status {
                None => true,
                Some(status) if method == "OPTIONS" => status < 500,
                Some(status) => (300..500).contains(&status),
            };
            // What is public may be met: the shop window, and nothing of anyone's.
            let public = reply.status == Some(200)
                && reply.text.contains("\"data\"")
                && !target.contains("orders");
            assert!(refused || public, "{told}");
            for secret in [&owner.id, &owner.email, &stranger.email] {
                let shown = reply.text.split("\r\n\r\n").nth(1).unwrap_or_default();
                assert!(!shown.contains(secret.as_str()), "{told}");
            }
        };
        for (method, target) in variants(&wire.base, &wire.authority, path) {
            let reply = wire.send(method, &target, &headers);
            check(method, &target, &reply);
            sent += 1;
        }
        for (name, value) in disguises(path) {
            for at in [path, "/v1/products", "/v1/nowhere"] {
                let mut headers = headers.clone();
                headers.push((name, &value));
                let target = format!("{}{at}", wire.base);
                let reply = wire.send("GET", &target, &headers);
                check("GET", &target, &reply);
                sent += 1;
            }
        }
    }
    // The plain path is as good as it was.
    let me = shop.get("/v1/customers/me").bearer(&owner.token).send();
    assert_eq!(me.expect(200)["email"], owner.email.as_str());
    assert!(sent >= 400, "{sent}");
}

#[test]
fn bad_tokens_are_nobodys_on_every_kind_of_route() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    let token = &shopper.token;
    let (signed, signature) = token.rsplit_once('.').expect("a token");
    let (header, claims) = signed.split_once('.').expect("a token");
    // {"alg":"HS256","typ":"at+jwt"}, {"alg":"ES384",…}
    let (hs256, es384) = (
        "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9",
        "eyJhbGciOiJFUzM4NCIsInR5cCI6ImF0K2p3dCJ9",
    );
    let tokens = [
        format!("{hs256}.{claims}.{signature}"),
        format!("{es384}.{claims}.{signature}"),
        format!("{signed}.{}", "A".repeat(86)),
        format!("{signed}."),
        format!("{header}.{header}.{signature}"),
        format!("{token}.{signature}.{signature}"),
        format!("{token}="),
        format!("{token} {token}"),
        token.to_lowercase(),
        shopper.refresh_token.clone(),
    ];
    let id = &shopper.id;
    let mut first = None;
    for (method, path) in [
        ("GET", "/v1/customers/me".to_owned()),
        (
            "DELETE",
            format!("/v1/customers/me/sessions/{}", id.replacen("cus", "ses", 1)),
        ),
        ("PUT", format!("/v1/customers/{id}/roles")),
        ("POST", "/v1/orders".to_owned()),
        (
            "GET",
            format!("/v1/orders/{}", id.replacen("cus", "ord", 1)),
        ),
        ("POST", "/v1/products".to_owned()),
        ("POST", "/v1/product-imports".to_owned()),
        (
            "GET",
            format!("/v1/payments/{}", id.replacen("cus", "pay", 1)),
        ),
        // A token that is sent must be good where none is needed.
        ("GET", "/v1/products".to_owned()),
    ] {
        for token in &tokens {
            let call = shop.call(method, path.clone()).bearer(token);
            let answer = match method {
                "GET" | "DELETE" => call.send(),
                _ => call.key("bad token").json(&json!({})).send(),
            };
            answer.refused(401, "unauthenticated");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
            let mut body = answer.json();
            body["request_id"] = "".into();
            assert_eq!(*first.get_or_insert(body.clone()), body);
        }
    }
    shop.get("/v1/customers/me")
        .bearer(token)
        .send()
        .expect(200);
}

#[test]
fn answers_carry_the_headers_that_keep_a_browser_safe_and_a_client_in_time() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    let login = json!({ "email": shopper.email, "password": stories::PASSWORD });
    let answers = [
        shop.get("/v1/products").send(),
        shop.get("/v1/nowhere").send(),
        shop.get("/v1/orders").send(),
        shop.get("/docs").send(),
        shop.post("/v1/auth/login").json(&login).send(),
        shop.post("/v1/auth/login").json(&json!({})).send(),
        shop.get("/v1/customers/me").bearer(&shopper.token).send(),
    ];
    for answer in &answers {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{}", answer.text);
        }
        let header = |name| answer.header(name).unwrap_or_default();
        assert!(header("strict-transport-security").starts_with("max-age=63072000"));
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"));
        assert!(!header("cache-control").contains("public"));
    }
    // Every log-in, the refused one too, says how many there may still be.
    for answer in &answers[4..6] {
        let policy = answer.header("ratelimit-policy").unwrap_or_default();
        assert!(policy.starts_with("\"log-in\";q="), "{policy}");
        assert!(policy.ends_with(";w=900"), "{policy}");
        let left = answer.header("ratelimit").unwrap_or_default();
        assert!(left.starts_with("\"log-in\";r="), "{left}");
    }
    assert_eq!(
        answers[0].header("ratelimit"),
        None,
        "nothing is counted there"
    );
}

#[test]
fn a_page_of_a_foreign_origin_reads_nothing() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    for foreign in [
        "https://evil.test",
        "http://localhost:3000.evil.test",
        "http://evil.localhost:3000",
        "http://localhost:30001",
        "https://localhost:3000",
        "null",
        "*",
    ] {
        let seen = shop.get("/v1/customers/me").bearer(&shopper.token);
        let seen = seen.header("origin", foreign).send();
        let preflight = shop.call("OPTIONS", "/v1/customers/me");
        let preflight = preflight.header("origin", foreign);
        let preflight = preflight
            .header("access-control-request-method", "PATCH")
            .send();
        for answer in [&seen, &preflight] {
            assert_eq!(
                answer.header("access-control-allow-origin"),
                None,
                "{foreign}"
            );
            assert_eq!(answer.header("access-control-allow-credentials"), None);
        }
    }
}
