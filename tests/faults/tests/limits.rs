//! How many requests are let through: never more than a rate bears, however many arrive at once.

use std::{rc::Rc, time::Duration};

use faults::{Person, Visit, World, journey};
use kernel::{Role, rate::Class};
use serde_json::json;
use testkit::{Answer, Ask, Call, Fault, Lambda, Stage};

/// A stage on which rates are as they are in the cloud.
fn strict(seed: u64) -> World {
    World::over(Stage::seeded(seed).with("RATE_FACTOR", "1"))
}

/// A request that a limiter counts and the handler refuses at once: 422.
fn counted(path: &str) -> Ask {
    Ask::post(path).key("one").json(&json!({}))
}

fn admitted(answers: &[Answer]) -> usize {
    for answer in answers {
        let (status, code) = (answer.status, answer.code());
        assert!(
            status == 422 || (status, code) == (429, "too_many_requests"),
            "{}",
            answer.text
        );
    }
    let admitted = answers.iter().filter(|answer| answer.status == 422);
    admitted.count()
}

#[tokio::test(start_paused = true)]
async fn of_a_thousand_at_once_no_more_are_let_through_than_the_limit() {
    for (function, path, limit, seeds) in [
        ("register-customer", "/v1/customers", 5, 2),
        ("log-in", "/v1/auth/login", 60, 1),
        ("refresh-session", "/v1/auth/refresh", 150, 1),
        ("place-guest-order", "/v1/guest-orders", 10, 1),
    ] {
        for seed in 0..seeds {
            let mut world = strict(seed);
            let asks = vec![counted(path); 1_000];
            let answers = world.at_once(function, asks).await;
            assert_eq!(admitted(&answers), limit, "{function}, seed {seed}");
            // A counter that runs is asked once a request, and lets no more through.
            world.stage.cloud.take_calls();
            let answers = world.at_once(function, vec![counted(path); 200]).await;
            assert_eq!(admitted(&answers), 0, "{function}, seed {seed}");
            assert_eq!(world.stage.cloud.take_calls().len(), 200);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_lost_lets_through_one_less_and_never_one_more() {
    for lost in 0..6 {
        for fault in [Fault::LostReply, Fault::Throttled, Fault::Unreachable] {
            let mut world = strict(lost);
            world.warm("register-customer").await;
            world
                .stage
                .cloud
                .fault(usize::try_from(lost).unwrap(), fault);
            let asks = vec![counted("/v1/customers"); 40];
            let answers = world.at_once("register-customer", asks).await;
            let admitted = admitted(&answers);
            assert!(
                (4..=5).contains(&admitted),
                "{fault:?} at {lost}: {admitted}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_says_when_to_come_back_and_the_time_it_says_is_right() {
    let mut world = strict(1);
    let ask = || counted("/v1/customers");
    for left in (0..5).rev() {
        let answer = world.send("register-customer", ask()).await;
        assert_eq!(answer.status, 422, "{}", answer.text);
        let policy = answer.header("ratelimit-policy");
        assert_eq!(policy, "\"registration\";q=5;w=3600");
        let rested = (5 - left) * 720;
        let told = format!("\"registration\";r={left};t={rested}");
        assert_eq!(answer.header("ratelimit"), told);
    }
    let refused = world.send("register-customer", ask()).await;
    assert_eq!((refused.status, refused.code()), (429, "too_many_requests"));
    assert_eq!(refused.header("ratelimit"), "\"registration\";r=0;t=3600");
    assert_eq!(refused.header("retry-after"), "720");

    world.stage.clock.advance(Duration::from_secs(719));
    let early = world.send("register-customer", ask()).await;
    assert_eq!((early.status, early.header("retry-after")), (429, "1"));
    world.stage.clock.advance(Duration::from_secs(1));
    let in_time = world.send("register-customer", ask()).await;
    assert_eq!(in_time.status, 422);
    // After a rest it is as at first, whether the counter was cleaned up or not.
    world.stage.clock.advance(Duration::from_hours(2));
    let answers = world.at_once("register-customer", vec![ask(); 20]).await;
    assert_eq!(admitted(&answers), 5);
}

#[tokio::test(start_paused = true)]
async fn each_line_is_counted_apart_and_kept_as_a_code() {
    let mut world = strict(1);
    let from = |address: &str| counted("/v1/customers").from(address);
    let of_one_line = (0..50).map(|number| from(&format!("2001:db8:1:2::{number:x}")));
    let answers = world
        .at_once("register-customer", of_one_line.collect())
        .await;
    assert_eq!(admitted(&answers), 5);
    for address in ["2001:db8:1:3::1", "198.51.100.7", "198.51.100.8"] {
        let answers = world.at_once("register-customer", vec![from(address); 20]);
        assert_eq!(admitted(&answers.await), 5, "{address}");
    }
    // What anyone may write does not make another client of it.
    let forged = from("198.51.100.7").header("x-forwarded-for", "203.0.113.9");
    let forged = forged.header("cloudfront-viewer-address", "203.0.113.9:1");
    assert_eq!(world.send("register-customer", forged).await.status, 429);

    let counters = world.stage.cloud.items("gateway-limits");
    assert!(counters.len() >= 4);
    for counter in counters {
        let text = counter.to_string();
        assert!(
            !text.contains("198.51.100") && !text.contains("2001:db8"),
            "{text}"
        );
        let (now, ends) = (world.stage.clock.now().as_second(), &counter["expires_at"]);
        assert!(ends.as_i64().is_some_and(|ends| ends > now), "{counter}");
    }
}

#[tokio::test(start_paused = true)]
async fn callers_are_counted_by_who_they_are_wherever_they_are() {
    let mut world = strict(1);
    let (one, other) = (world.stage.customer(), world.stage.customer());
    let ask = |world: &World, caller, address: &str| {
        let token = world.stage.token(caller, &[Role::Customer, Role::Seller]);
        let ask = Ask::post("/v1/product-imports?currency=EUR")
            .by(&token)
            .from(address);
        ask.body("text/html", "no file")
    };
    let asks = (0..50).map(|number| ask(&world, one, &format!("198.51.100.{number}")));
    let answers = world.at_once("import-products", asks.collect()).await;
    let let_in = answers.iter().filter(|answer| answer.status != 429).count();
    assert_eq!(let_in, 20);
    // Both ways to import are one rate.
    let token = world.stage.token(one, &[Role::Customer, Role::Seller]);
    let upload = Ask::post("/v1/product-imports/uploads").by(&token);
    assert_eq!(world.send("start-import-upload", upload).await.status, 429);
    let answer = world
        .send("import-products", ask(&world, other, "198.51.100.1"))
        .await;
    assert_eq!(answer.status, 415, "{}", answer.text);
}

#[tokio::test(start_paused = true)]
async fn all_clients_together_are_let_through_no_more_than_the_whole() {
    let mut world = strict(1);
    let clients = (0..500).map(|number| {
        let address = format!("10.0.{}.{}", number / 250, number % 250);
        counted("/v1/customers").from(&address)
    });
    let answers = world.at_once("register-customer", clients.collect()).await;
    let admitted = admitted(&answers);
    assert!(admitted <= 300, "{admitted}");
    // A second try on another counter finds nearly all of the room.
    assert!(admitted >= 270, "{admitted}");
    for answer in answers.iter().filter(|answer| answer.status == 429) {
        assert!(!answer.header("retry-after").is_empty());
        // What is the caller's own is told; how the whole stands is not.
        assert!(
            answer
                .header("ratelimit")
                .starts_with("\"registration\";r=4")
        );
    }
}

/// A function that asks no backend, with a rate.
async fn limited(stage: &Stage, class: &str) -> Rc<Lambda> {
    let mut settings = Stage::settings_of("get-jwks");
    settings.insert("RATE".to_owned(), class.to_owned());
    let fleet = fleet::FLEET.iter().find(|(name, _)| *name == "get-jwks");
    let (_, main) = fleet.expect("the fleet has it");
    // In the name of one that may count.
    Rc::new(stage.start_with("check-health", settings, *main).await)
}

#[tokio::test(start_paused = true)]
async fn without_its_counter_a_door_is_shut_and_a_window_open() {
    let stage = Stage::seeded(1).with("RATE_FACTOR", "1");
    let ask = || Ask::get("/.well-known/jwks.json");
    for (class, status) in [("log-in", 503), ("expensive-read", 200)] {
        let function = limited(&stage, class).await;
        for fault in [Fault::Unreachable, Fault::Throttled, Fault::LostReply] {
            stage.cloud.outage(0, fault);
            let answer = function.send(ask()).await;
            assert_eq!(answer.status, status, "{class}: {}", answer.text);
            assert_eq!(answer.header("ratelimit"), "", "nobody knows");
            stage.cloud.heal();
        }
        let answer = function.send(ask()).await;
        assert_eq!(answer.status, 200, "{class}");
        assert!(!answer.header("ratelimit").is_empty());
        stage.clock.advance(Duration::from_hours(1));
    }
}

#[tokio::test(start_paused = true)]
async fn only_routes_with_a_rate_count_and_they_ask_first_and_once() {
    let rate = |function: &str| {
        let (_, settings) = fleet::SETTINGS.iter().find(|(name, _)| *name == function)?;
        let (_, class) = settings.iter().find(|(name, _)| *name == "RATE")?;
        Class::ALL.iter().find(|known| known.name == *class)
    };
    let mut world = World::new(1);
    journey(&mut world).await;
    let mut counted = 0;
    for Visit {
        function,
        answer,
        calls,
    } in &world.visits
    {
        let limits = |call: &&Call| call.table.as_deref() == Some("local-gateway-limits");
        let asked = calls.iter().filter(limits).count();
        let class = rate(function);
        assert_eq!(asked > 0, class.is_some(), "{function}");
        assert_eq!(!answer.header("ratelimit").is_empty(), class.is_some());
        if let Some(class) = class {
            // Before the handler reads anything; whose token has ended is found out by then, and by what key it was
            // signed.
            let before = ["local-customer-revocations", "local-customer-keys"];
            let is_handlers = |call: &&Call| {
                let table = call.table.as_deref();
                table.is_some_and(|table| !before.contains(&table))
            };
            let first = calls.iter().find(is_handlers);
            assert!(first.is_some_and(|call| limits(&call)), "{calls:?}");
            // Two for each of its quotas at the most, when the counter has rested.
            let most = 2 * class.quotas.len();
            assert!(asked <= most, "{function}: {calls:?}");
            counted += 1;
        }
    }
    assert!(counted >= 7, "{counted}");
}

#[tokio::test(start_paused = true)]
async fn a_limit_on_one_door_leaves_the_others_open() {
    let mut world = strict(1);
    let person = Person::register(&mut world, "shopper").await;
    let asks = vec![counted("/v1/auth/login"); 200];
    world.at_once("log-in", asks).await;
    let ask = Ask::post("/v1/auth/refresh");
    let ask = ask.json(&json!({ "refresh_token": person.refresh_token }));
    assert_eq!(world.send("refresh-session", ask).await.status, 200);
    let ask = Ask::get("/v1/customers/me").by(&person.token);
    assert_eq!(world.send("get-own-profile", ask).await.status, 200);
}
