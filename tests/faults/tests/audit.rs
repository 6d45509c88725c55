//! The audit log: each command once, in one chain, whatever the stream does; looked at and proven in pages.

use std::{collections::HashSet, time::Duration};

use faults::{Person, World, admin, flaws, offer, seller, shopper};
use serde_json::{Value, json};
use testkit::{Ask, StreamRecord, stream};

fn relay() -> fleet::Main {
    let found = fleet::FLEET
        .iter()
        .find(|(name, _)| *name == "relay-customer-events");
    found.expect("the relay of customer").1
}

/// The command records of so many accounts, which no relay has seen.
async fn accounts(world: &mut World, number: usize) -> Vec<StreamRecord> {
    for number in 0..number {
        let body = json!({ "email": format!("{number}@example.com"), "password": "correct horse battery staple", "name": "N" });
        let ask = Ask::post("/v1/customers").key(&format!("{number}"));
        let made = world.send("register-customer", ask.json(&body)).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    let records = world.stage.cloud.take_stream().into_iter();
    records
        .filter(|record| record.service == "customer")
        .collect()
}

fn batch(records: &[StreamRecord]) -> Value {
    stream(records.iter().map(|record| &record.image))
}

fn entries(world: &World) -> usize {
    let items = world.stage.cloud.items("customer-audit");
    items
        .iter()
        .filter(|item| item["kind"] == "audit-entry")
        .count()
}

#[tokio::test(start_paused = true)]
async fn relays_of_two_shards_append_to_one_chain() {
    for seed in 0..8 {
        let mut world = World::new(seed);
        let records = accounts(&mut world, 8).await;
        let stage = world.stage.clone();
        let (one, two) = (
            stage.start("relay-customer-events", relay()).await,
            stage.start("relay-customer-events", relay()).await,
        );
        let (first, second) = records.split_at(4);
        for (first, second) in first.chunks(2).zip(second.chunks(2)) {
            let (first, second) = tokio::join!(one.invoke(batch(first)), two.invoke(batch(second)));
            for answer in [first, second] {
                assert_eq!(answer.expect("an answer")["batchItemFailures"], json!([]));
            }
        }
        assert_eq!(entries(&world), 8);
        assert_eq!(
            flaws(&world.stage.cloud),
            Vec::<String>::new(),
            "seed {seed}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_stream_delivers_again_in_part_is_appended_once() {
    let mut world = World::new(1);
    let records = accounts(&mut world, 9).await;
    for process in 0..2 {
        let relay = world.stage.start("relay-customer-events", relay()).await;
        for (from, to) in [(0, 3), (2, 6), (0, 6), (5, 9), (8, 9)] {
            let answer = relay.invoke(batch(&records[from..to])).await;
            let answer = answer.expect("an answer");
            assert_eq!(answer["batchItemFailures"], json!([]), "process {process}");
        }
        assert_eq!(entries(&world), 9);
        assert_eq!(flaws(&world.stage.cloud), Vec::<String>::new());
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_costs_one_call_more_and_a_new_process_two() {
    let mut world = World::new(1);
    let records = accounts(&mut world, 3).await;
    let relay = world.stage.start("relay-customer-events", relay()).await;
    for (place, most) in [(0, 2), (1, 1), (2, 1)] {
        world.stage.cloud.take_calls();
        relay
            .invoke(batch(&records[place..=place]))
            .await
            .expect("an answer");
        let calls = world.stage.cloud.take_calls();
        let own = calls.iter().filter(|call| call.operation != "PutEvents");
        assert_eq!(own.count(), most, "{calls:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_command_that_no_relay_has_seen_is_missing_after_a_minute() {
    let mut world = World::new(1);
    let root = admin(&mut world).await;
    world.settle().await;
    let lost = accounts(&mut world, 1).await;
    let mut missing = Vec::new();
    for _ in 0..2 {
        let ask = Ask::get("/v1/audit/verify?service=customer").by(&root.token);
        let proof = world.send("verify-audit-chain", ask).await.body;
        missing.push(proof["services"][0]["missing"].as_array().unwrap().len());
        assert_eq!(proof["ok"], missing.last() == Some(&0), "{proof}");
        world.stage.clock.advance(Duration::from_secs(61));
    }
    assert_eq!(missing, [0, 1]);
    let relay = world.stage.start("relay-customer-events", relay()).await;
    relay.invoke(batch(&lost)).await.expect("an answer");
    let lag = world.stage.take_log().into_iter();
    let lag = lag.filter_map(|line| line["audit_lag_ms"].as_u64()).max();
    assert_eq!(lag, Some(122_000));
    let ask = Ask::get("/v1/audit/verify?service=customer").by(&root.token);
    let proof = world.send("verify-audit-chain", ask).await.body;
    assert_eq!(proof["ok"], true, "{proof}");
}

async fn busy(world: &mut World) -> (Person, Person) {
    let root = admin(world).await;
    let seller = seller(world, "seller").await;
    let shopper = shopper(world, "shopper").await;
    let goods = offer(world, &seller, "Goods", 50).await;
    for _ in 0..3 {
        shopper.buy(world, &goods, 1, "pm_sandbox_ok").await;
        world.settle().await;
        world.stage.clock.advance(Duration::from_secs(7));
    }
    (root, shopper)
}

/// All pages of a list, and how many there were.
async fn all(world: &mut World, root: &Person, filter: &str) -> (Vec<Value>, usize) {
    let (mut data, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let ask = Ask::get(&format!("/v1/audit?{filter}{cursor}")).by(&root.token);
        let page = world.send("list-audit-entries", ask).await;
        assert_eq!(page.status, 200, "{}", page.text);
        pages += 1;
        data.extend(page.body["data"].as_array().unwrap().clone());
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (data, pages),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn admins_look_up_who_did_what_to_what_and_when() {
    let mut world = World::new(1);
    let (root, shopper) = busy(&mut world).await;
    let (everything, pages) = all(&mut world, &root, "limit=7").await;
    assert!(pages > 3, "{pages}");
    let written: usize = world
        .stage
        .cloud
        .snapshot(|table| table.ends_with("-audit"))
        .values()
        .flatten()
        .filter(|item| item["kind"] == "audit-entry")
        .count();
    let hashes: HashSet<&str> = everything
        .iter()
        .map(|entry| entry["hash"].as_str().unwrap())
        .collect();
    assert_eq!((everything.len(), hashes.len()), (written, written));
    let times: Vec<&str> = everything
        .iter()
        .map(|entry| entry["at"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted_by(|one, other| one >= other));

    let order = everything
        .iter()
        .find(|entry| entry["action"] == "order.place")
        .unwrap();
    assert_eq!(order["actor"]["id"], shopper.id.as_str());
    let subject = order["subject"].as_str().unwrap();
    let cases = [
        (format!("actor={}", shopper.id), "actor"),
        (format!("subject={subject}"), "subject"),
        ("action=order.place".to_owned(), "action"),
        ("service=cart".to_owned(), "service"),
        (format!("from={}&to={}", times[9], times[3]), "at"),
        (format!("actor={}&action=order.place", shopper.id), "both"),
    ];
    for (filter, kind) in cases {
        let fits = |entry: &&Value| match kind {
            "actor" => entry["actor"]["id"] == shopper.id.as_str(),
            "subject" => entry["subject"] == subject,
            "action" => entry["action"] == "order.place",
            "service" => entry["service"] == "cart",
            "both" => {
                entry["actor"]["id"] == shopper.id.as_str() && entry["action"] == "order.place"
            }
            _ => (times[9]..=times[3]).contains(&entry["at"].as_str().unwrap()),
        };
        let wanted: Vec<Value> = everything.iter().filter(fits).cloned().collect();
        assert!(!wanted.is_empty(), "{filter}");
        for limit in [1, 3, 100] {
            // Log-ins of the day are older than this list.
            let (found, _) = all(&mut world, &root, &format!("{filter}&limit={limit}")).await;
            assert_eq!(found, wanted, "{filter} by {limit}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_but_admins_sees_the_log_and_wrong_questions_are_refused() {
    let mut world = World::new(1);
    let (root, shopper) = busy(&mut world).await;
    for (function, path) in [
        ("list-audit-entries", "/v1/audit"),
        ("verify-audit-chain", "/v1/audit/verify"),
    ] {
        assert_eq!(world.send(function, Ask::get(path)).await.status, 401);
        let ask = Ask::get(path).by(&shopper.token);
        assert_eq!(world.send(function, ask).await.code(), "forbidden");
        for (query, code) in [
            ("service=nothing", "invalid_parameter"),
            ("cursor=AAAA", "invalid_cursor"),
            ("what=else", "invalid_parameter"),
        ] {
            let ask = Ask::get(&format!("{path}?{query}")).by(&root.token);
            let answer = world.send(function, ask).await;
            assert_eq!((answer.status, answer.code()), (400, code), "{query}");
        }
    }
    let ask = Ask::get("/v1/audit?from=yesterday").by(&root.token);
    let answer = world.send("list-audit-entries", ask).await;
    assert_eq!(answer.code(), "invalid_parameter");
}

#[tokio::test(start_paused = true)]
async fn what_no_entry_is_like_is_not_looked_for_a_few_at_a_time() {
    let mut world = World::new(1);
    let root = admin(&mut world).await;
    world.settle().await;
    let records = accounts(&mut world, 60).await;
    let relay = world.stage.start("relay-customer-events", relay()).await;
    relay.invoke(batch(&records)).await.expect("an answer");
    world.stage.cloud.take_calls();
    world.calls.clear();
    let ask = Ask::get("/v1/audit?service=customer&action=nobody.does").by(&root.token);
    let page = world.send("list-audit-entries", ask).await;
    assert_eq!((&page.body["data"], page.status), (&json!([]), 200));
    let calls = world.calls.iter();
    let reads = calls.filter(|call| call.table.as_deref() == Some("local-customer-audit"));
    assert_eq!(reads.count(), 2, "{:?}", world.calls);
}

#[tokio::test(start_paused = true)]
async fn a_long_chain_is_proven_in_parts() {
    let mut world = World::new(1);
    let (root, shopper) = busy(&mut world).await;
    let goods = world.stage.cloud.items("product-products");
    let goods = goods.iter().find(|item| item["kind"] == "variant");
    let goods = goods.unwrap()["variant_id"].as_str().unwrap().to_owned();
    for _ in 0..30 {
        shopper.buy(&mut world, &goods, 1, "pm_sandbox_ok").await;
        world.settle().await;
    }
    world
        .tick("sign-audit-checkpoints", Duration::from_mins(5))
        .await;
    // Every call takes so long that there is time for a few of them alone.
    let slow = world.stage.clone().with_latency(Duration::from_secs(4));
    let (mut parts, mut cursor) = (0, String::new());
    loop {
        let ask = Ask::get(&format!("/v1/audit/verify?service=order{cursor}")).by(&root.token);
        let proof = world.send("verify-audit-chain", ask).await.body;
        parts += 1;
        assert_eq!(proof["ok"], true, "{proof}");
        let service = &proof["services"][0];
        let Some(next) = proof["next_cursor"].as_str() else {
            assert_eq!(service["verified_up_to"], service["entries"]);
            assert_eq!(service["checkpoints_checked"], 1, "{proof}");
            assert!(parts > 1, "{proof}");
            break;
        };
        assert!(parts < 50, "{proof}");
        cursor = format!("&cursor={next}");
    }
    drop(slow);
}
