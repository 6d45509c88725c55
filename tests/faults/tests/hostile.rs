//! What anyone may send. Nothing of it changes anything.

use faults::{World, offer, seller, shopper};
use kernel::{Role, Rule, permission::Grant};
use serde_json::json;
use testkit::{Answer, Ask, Stage, forge};

/// An endpoint: its function, method, path with ids of the right form, and who may call it.
struct Endpoint {
    function: &'static str,
    method: String,
    path: String,
    rule: Rule,
}

fn endpoints(stage: &Stage) -> Vec<Endpoint> {
    let setting = |settings: &[(&str, &'static str)], name: &str| {
        let found = settings.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value)
    };
    let endpoints = fleet::SETTINGS.iter().filter_map(|(function, settings)| {
        let route = setting(settings, "ROUTE")?;
        let rule = setting(settings, "ALLOW")?.parse().ok()?;
        let (method, path) = route.split_once(' ').unwrap_or(("GET", "/v1/nothing"));
        let prefix = |resource: &str| match resource {
            "customers" => "cus",
            "orders" => "ord",
            "payments" => "pay",
            "product-imports" => "imp",
            "products" => "prd",
            "sellers" => "sel",
            "staff" => "cus",
            "invitations" => "inv",
            _ => "var",
        };
        let mut filled = Vec::new();
        for part in path.split('/') {
            if part.starts_with('{') {
                let of = filled.last().map_or("", String::as_str);
                let uuid = stage.customer().to_string().split_off(4);
                filled.push(format!("{}_{uuid}", prefix(of)));
            } else {
                filled.push(part.to_owned());
            }
        }
        Some(Endpoint {
            function,
            method: method.to_owned(),
            path: filled.join("/"),
            rule,
        })
    });
    endpoints.collect()
}

impl Endpoint {
    fn ask(&self) -> Ask {
        Ask::new(&self.method, &self.path).key("hostile")
    }

    fn takes_a_body(&self) -> bool {
        matches!(self.method.as_str(), "PUT" | "PATCH")
            || self.method == "POST" && !self.path.ends_with("/cancel")
    }
}

async fn refused(world: &mut World, endpoint: &Endpoint, ask: Ask, what: &str) -> Answer {
    let before = world.stage.cloud.snapshot(|_| true);
    let answer = world.send(endpoint.function, ask).await;
    let told = format!(
        "{} with {what}: {} {}",
        endpoint.function, answer.status, answer.text
    );
    assert!((400..500).contains(&answer.status), "{told}");
    assert_eq!(
        answer.header("content-type"),
        "application/problem+json",
        "{told}"
    );
    assert!(
        answer.body["request_id"].is_string() && !answer.code().is_empty(),
        "{told}"
    );
    assert!(
        world.stage.cloud.snapshot(|_| true) == before,
        "{told} changed something"
    );
    answer
}

#[tokio::test(start_paused = true)]
async fn only_a_good_token_opens_a_door() {
    let mut world = World::new(1);
    let customer = world.stage.customer();
    let good = world.stage.token(customer, &[Role::SuperAdmin]);
    let none = {
        let unsigned = forge(&good, &json!({ "alg": "none" }), |_| {});
        let (signed, _) = unsigned.rsplit_once('.').expect("a token has parts");
        format!("{signed}.")
    };
    let stolen_signature = {
        let other = world.stage.token(world.stage.customer(), &[Role::Customer]);
        let (_, signature) = other.rsplit_once('.').expect("a token has parts");
        let (signed, _) = good.rsplit_once('.').expect("a token has parts");
        format!("{signed}.{signature}")
    };
    let same = json!({});
    let bad = [
        ("no signature", none),
        ("another token's signature", stolen_signature),
        (
            "an end in the past",
            forge(&good, &same, |claims| claims.exp = claims.iat - 1),
        ),
        (
            "a start in the future",
            forge(&good, &same, |claims| claims.nbf += 600),
        ),
        (
            "another issuer",
            forge(&good, &same, |claims| {
                claims.iss = "https://evil.test".to_owned();
            }),
        ),
        (
            "another audience",
            forge(&good, &same, |claims| claims.aud = "elsewhere".to_owned()),
        ),
        (
            "an unknown key",
            forge(&good, &json!({ "kid": "other" }), |_| {}),
        ),
        (
            "another type",
            forge(&good, &json!({ "typ": "JWT" }), |_| {}),
        ),
        ("garbage", "a.b.c".to_owned()),
    ];
    for endpoint in endpoints(&world.stage) {
        if endpoint.rule == Rule::Public {
            continue;
        }
        let answer = refused(&mut world, &endpoint, endpoint.ask(), "no token").await;
        assert_eq!(
            (answer.status, answer.header("www-authenticate")),
            (401, "Bearer")
        );
        for (what, token) in &bad {
            let answer = refused(&mut world, &endpoint, endpoint.ask().by(token), what).await;
            assert_eq!(answer.status, 401, "{} with {what}", endpoint.function);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_route_is_open_to_whom_the_one_table_says_and_to_nobody_else() {
    let mut world = World::new(1);
    let customer = world.stage.customer();
    let mut asked = 0;
    for endpoint in endpoints(&world.stage) {
        let Rule::Allow(permission, scope) = endpoint.rule else {
            continue;
        };
        for role in [Role::Customer, Role::Seller, Role::Admin, Role::SuperAdmin] {
            let token = world.stage.token(customer, &[role]);
            let answer = world
                .send(endpoint.function, endpoint.ask().by(&token))
                .await;
            let may = Grant::of(&[role], permission).covers(scope);
            let told = format!("{} by {role:?}: {}", endpoint.function, answer.text);
            assert_eq!(answer.status != 403, may, "{told}");
            assert_ne!(answer.status, 401, "{told}");
            asked += 1;
        }
    }
    assert!(asked >= 60, "only {asked} doors were tried");
}

#[tokio::test(start_paused = true)]
async fn no_body_that_is_wrong_changes_anything() {
    let mut world = World::new(1);
    let customer = world.stage.customer();
    let token = world
        .stage
        .token(customer, &[Role::Customer, Role::Seller, Role::SuperAdmin]);
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let bodies = [
        ("no JSON", "{\"a\":".to_owned()),
        ("nothing", String::new()),
        ("a list", "[]".to_owned()),
        ("a number", "7".to_owned()),
        ("an unknown field", "{\"unknown\":1}".to_owned()),
        ("null", "null".to_owned()),
        ("a deep list", deep),
        ("no UTF-8 escape", "{\"\\ud800\":1}".to_owned()),
        (
            "the same field twice",
            "{\"quantity\":1,\"quantity\":2}".to_owned(),
        ),
        ("a huge number", "{\"quantity\":1e400}".to_owned()),
    ];
    let mut sent = 0;
    for endpoint in endpoints(&world.stage) {
        if !endpoint.takes_a_body()
            || [
                "import-products",
                "start-import-upload",
                "log-out",
                "log-out-customer",
                "unblock-customer",
                "publish-product",
                "ship-order",
            ]
            .contains(&endpoint.function)
        {
            continue;
        }
        for (what, body) in &bodies {
            let content_type = match endpoint.method.as_str() {
                "PATCH" if endpoint.function == "update-product" => "application/merge-patch+json",
                _ => "application/json",
            };
            let ask = endpoint.ask().by(&token).header("if-match", "\"1\"");
            refused(
                &mut world,
                &endpoint,
                ask.body(content_type, body.clone()),
                what,
            )
            .await;
            sent += 1;
        }
        let ask = endpoint.ask().by(&token).body("text/html", "<p>");
        refused(&mut world, &endpoint, ask, "another media type").await;
    }
    assert!(sent >= 70, "only {sent} bodies were sent");
}

#[tokio::test(start_paused = true)]
async fn what_is_anothers_is_the_same_as_what_is_not_there() {
    let mut world = World::new(2);
    let seller = seller(&mut world, "seller").await;
    let goods = offer(&mut world, &seller, "Goods", 5).await;
    let owner = shopper(&mut world, "owner").await;
    let thief = shopper(&mut world, "thief").await;
    let order = owner.buy(&mut world, &goods, 1, "pm_sandbox_ok").await;
    world.settle().await;
    let payment = order.replacen("ord_", "pay_", 1);
    let unknown = world.stage.customer().to_string().split_off(4);
    let rival = world
        .stage
        .token(world.stage.customer(), &[Role::Customer, Role::Seller]);
    let tries = [
        ("get-order", "GET", "/v1/orders/{}", &order, &thief.token),
        (
            "cancel-order",
            "POST",
            "/v1/orders/{}/cancel",
            &order,
            &thief.token,
        ),
        (
            "get-payment",
            "GET",
            "/v1/payments/{}",
            &payment,
            &thief.token,
        ),
        ("ship-order", "POST", "/v1/orders/{}/ship", &order, &rival),
        ("get-stock", "GET", "/v1/stock/{}", &goods, &rival),
    ];
    for (function, method, path, id, token) in tries {
        let mut answers = Vec::new();
        for id in [id.clone(), format!("{}{unknown}", &id[..4])] {
            let ask = Ask::new(method, &path.replace("{}", &id))
                .by(token)
                .key("theft");
            let mut answer = world.send(function, ask).await;
            assert_eq!(answer.status, 404, "{function}: {}", answer.text);
            let request = answer.body["request_id"].take();
            let text = answer
                .text
                .replace(request.as_str().unwrap_or_default(), "");
            answers.push((answer.status, text));
        }
        assert_eq!(answers[0], answers[1], "{function}");
    }
    let receipt = Ask::post(&format!("/v1/stock/{goods}/receipts"))
        .by(&rival)
        .key("gift");
    let answer = world
        .send("receive-stock", receipt.json(&json!({ "quantity": 1 })))
        .await;
    assert_eq!(answer.status, 404, "{}", answer.text);
    assert_eq!(seller.stock(&mut world, &goods).await["on_hand"], 5);
}
