//! API keys: which are none, what a good one opens, and when it ends.

use std::{collections::BTreeMap, time::Duration};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use contracts::ApiKey;
use faults::{
    Outcome, Person, Stimulus, World,
    endpoints::endpoints,
    journey::{MachineKey, admin, seller_and_admin},
    shopper,
};
use kernel::{ApiKeyId, CustomerId, Rule};
use serde_json::{Value, json};
use testkit::{Answer, Ask, Fault};

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

fn look(secret: &str) -> Ask {
    Ask::get("/v1/customers/me").by(secret)
}

/// The status of a look at the account by a key.
async fn seen(world: &mut World, secret: &str) -> u16 {
    world.send("get-own-profile", look(secret)).await.status
}

/// A world, someone in it, and a key of theirs that may look at the account.
async fn someone(seed: u64) -> (World, Person, MachineKey) {
    let mut world = World::new(seed);
    let owner = shopper(&mut world, "owner").await;
    let key = owner.key(&mut world, "Script", &["profile:read@own"]).await;
    assert_eq!(seen(&mut world, &key.secret).await, 200);
    (world, owner, key)
}

/// All that a caller sees of an answer, but for the request's own id.
fn bytes(answer: &Answer) -> (u16, Value, String) {
    let mut headers = answer.headers.clone();
    let id = headers["x-request-id"].take();
    let text = answer.text.replace(id.as_str().unwrap_or_default(), "");
    (answer.status, headers, text)
}

/// Keys that open nothing: what is bad about each, and whether it has a key's form, so that it is looked for.
fn bad_keys(
    good: &MachineKey,
    owner: &str,
    stranger: CustomerId,
) -> Vec<(&'static str, String, bool)> {
    let (text, letters) = (good.secret.clone(), &good.secret[5..]);
    let (customer, id): (CustomerId, ApiKeyId) = (
        owner.parse().expect("an id"),
        good.id.parse().expect("an id"),
    );
    let made = |customer, id, secret| ApiKey::new(customer, id, secret).reveal();
    let other: ApiKeyId = "key_01890a5d00007000800000000000ffff"
        .parse()
        .expect("an id");
    let bytes = URL_SAFE_NO_PAD.decode(letters).expect("base64");
    let flipped = |place: usize| {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1;
        format!("souk_{}", URL_SAFE_NO_PAD.encode(bytes))
    };
    let twisted: String = letters.chars().rev().collect();
    vec![
        ("the prefix alone", "souk_".to_owned(), false),
        ("one letter", "souk_A".to_owned(), false),
        ("a letter less", text[..text.len() - 1].to_owned(), false),
        ("a letter more", format!("{text}A"), false),
        ("the key twice", format!("{text}{text}"), false),
        ("padding", format!("{text}="), false),
        ("capitals", text.to_uppercase(), false),
        ("another prefix", text.replacen("souk_", "soak_", 1), false),
        ("no prefix", letters.to_owned(), false),
        ("two prefixes", format!("souk_{text}"), false),
        (
            "the other alphabet",
            format!("souk_+/{}", &letters[2..]),
            false,
        ),
        ("letters turned round", format!("souk_{twisted}"), false),
        ("zeros", format!("souk_{}", "A".repeat(92)), false),
        ("ones", format!("souk_{}", "_".repeat(92)), false),
        (
            "hexadecimal digits",
            format!("souk_{}", "0f".repeat(46)),
            false,
        ),
        ("another form", flipped(0), false),
        ("another customer", flipped(9), false),
        ("another id", flipped(25), false),
        ("another secret", flipped(40), false),
        ("another checksum", flipped(68), false),
        ("a quote", format!("\"{text}\""), false),
        (
            "a space inside",
            format!("{} {}", &text[..50], &text[50..]),
            false,
        ),
        ("a comma and more", format!("{text},{text}"), false),
        ("percent signs", text.replace('_', "%5f"), false),
        (
            "a JWT behind the prefix",
            "souk_eyJhbGciOiJub25lIn0.e30.".to_owned(),
            false,
        ),
        (
            "base64 of it",
            format!("souk_{}", STANDARD.encode(&text)),
            false,
        ),
        ("16 kB", format!("souk_{}", "A".repeat(16 * 1024)), false),
        ("a made-up secret", made(customer, id, [7; 32]), true),
        (
            "a made-up key of the account",
            made(customer, other, [7; 32]),
            true,
        ),
        ("a made-up account", made(stranger, id, [7; 32]), true),
    ]
}

#[tokio::test(start_paused = true)]
async fn only_a_good_key_opens_a_door() {
    let mut world = World::new(1);
    let owner = shopper(&mut world, "owner").await;
    let key = owner.key(&mut world, "Script", &["profile:read@own"]).await;
    let bad = bad_keys(&key, &owner.id, world.stage.customer());
    assert!(bad.len() >= 20);
    let (mut doors, mut open) = (0, Vec::new());
    for endpoint in endpoints() {
        if endpoint.rule == Rule::Public {
            continue;
        }
        doors += 1;
        let ask = endpoint.ask(&world.stage);
        world.warm(endpoint.function).await;
        let garbage = world.send(endpoint.function, ask.clone().by("a.b.c")).await;
        let garbage = bytes(&garbage);
        let before = world.stage.cloud.snapshot(|_| true);
        for (what, secret, has_form) in &bad {
            world.calls.clear();
            let answer = world.send(endpoint.function, ask.clone().by(secret)).await;
            // It is refused as a bad token is, to the byte, and nobody is asked for what is none; nor about any key
            // where none is let in.
            let right = if *has_form && !endpoint.is_for_keys() {
                answer.code() == "person_required" && world.calls.is_empty()
            } else {
                bytes(&answer) == garbage && (*has_form || world.calls.is_empty())
            };
            if !right {
                open.push(format!(
                    "{} with {what}: {}",
                    endpoint.function, answer.text
                ));
            }
            assert!(world.calls.len() <= 2, "{what}: {:?}", world.calls);
        }
        assert!(world.stage.cloud.snapshot(|_| true) == before);
        let answer = world.send(endpoint.function, ask.by(&key.secret)).await;
        assert_ne!(answer.status, 401, "{}: a good key", endpoint.function);
    }
    println!("{} bad keys on {doors} doors", bad.len());
    assert!(open.is_empty(), "{}", open.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn a_key_opens_what_it_was_given_and_not_what_is_done_in_person() {
    let (mut world, owner, key) = someone(2).await;
    let refused = |answer: &Answer| (answer.status, answer.code().to_owned());
    let ask = Ask::get("/v1/orders").by(&key.secret);
    let answer = world.send("list-orders", ask).await;
    assert_eq!(refused(&answer), (403, "forbidden".to_owned()));
    // A public route is no way to what the key was not given.
    let ask = Ask::get("/v1/cart").by(&key.secret);
    let answer = world.send("get-cart", ask).await;
    assert_eq!(refused(&answer), (403, "forbidden".to_owned()));
    for (function, ask) in [
        ("list-own-sessions", Ask::get("/v1/customers/me/sessions")),
        ("list-api-keys", Ask::get("/v1/customers/me/api-keys")),
        ("log-out", Ask::post("/v1/auth/logout")),
        (
            "get-second-factor",
            Ask::get("/v1/customers/me/second-factor"),
        ),
    ] {
        let answer = world.send(function, ask.by(&key.secret)).await;
        assert_eq!(
            refused(&answer),
            (403, "person_required".to_owned()),
            "{function}"
        );
    }
    for allowances in [
        vec!["order:read@any"],
        vec!["order:ship@seller"],
        vec!["profile:read@own", "customer:block@any"],
    ] {
        let wanted = json!({ "name": "More", "allowances": allowances });
        let answer = world.send("create-api-key", owner.make_key(&wanted)).await;
        assert_eq!(refused(&answer), (403, "forbidden".to_owned()));
        let change = json!({ "allowances": allowances });
        let ask = owner.change_key(&key.id, &change);
        let answer = world.send("change-api-key", ask).await;
        assert_eq!(refused(&answer), (403, "forbidden".to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn what_ends_a_key_takes_effect_within_a_minute() {
    for what in ["revoke", "block", "log out", "change"] {
        let (mut world, owner, key) = someone(3).await;
        let root = admin(&mut world).await;
        let admins = |path: &str| Ask::post(&format!("/v1/customers/{}/{path}", owner.id));
        let answer = match what {
            "revoke" => {
                world
                    .send("revoke-api-key", owner.revoke_key(&key.id))
                    .await
            }
            "block" => {
                let ask = admins("block").by(&root.token).key("block");
                let ask = ask.json(&json!({ "reason": "Pays with cards of others." }));
                world.send("block-customer", ask).await
            }
            "log out" => {
                let ask = admins("logout").by(&root.token).key("log out");
                world.send("log-out-customer", ask).await
            }
            _ => {
                let change = json!({ "allowances": ["order:read@own"] });
                let ask = owner.change_key(&key.id, &change);
                world.send("change-api-key", ask).await
            }
        };
        assert!(answer.status < 300, "{what}: {}", answer.text);
        world.stage.clock.advance(MINUTE);
        let expected = if what == "change" { 403 } else { 401 };
        assert_eq!(seen(&mut world, &key.secret).await, expected, "{what}");
        if what == "log out" {
            // Another secret makes it usable again.
            let owner = Person::log_in(&mut world, &owner.id, &owner.email).await;
            assert_eq!(owner.keys(&mut world).await[0]["status"], "ended");
            let ask = owner.rotate_key(&key.id, &json!({}));
            let next = MachineKey::shown(&world.send("rotate-api-key", ask).await);
            world.stage.clock.advance(MINUTE);
            assert_eq!(seen(&mut world, &next.secret).await, 200);
            assert_eq!(seen(&mut world, &key.secret).await, 401);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_loses_what_its_account_does_and_gains_nothing() {
    let mut world = World::new(4);
    let (owner, root) = seller_and_admin(&mut world, "seller").await;
    let key = owner.key(&mut world, "Depot", &["stock:read@seller"]).await;
    let upload = |secret: &str| Ask::post("/v1/product-imports/uploads").by(secret);
    let stock = |secret: &str, world: &World| {
        let nothing = world
            .stage
            .customer()
            .to_string()
            .replacen("cus_", "var_", 1);
        Ask::get(&format!("/v1/stock/{nothing}")).by(secret)
    };
    let ask = stock(&key.secret, &world);
    assert_eq!(world.send("get-stock", ask).await.status, 404);
    let answer = world.send("start-import-upload", upload(&key.secret)).await;
    assert_eq!(answer.status, 403);

    let path = format!("/v1/customers/{}/roles", owner.id);
    let ask = Ask::new("PUT", &path).by(&root.token).key("demote");
    let ask = ask.json(&json!({ "roles": ["customer"] }));
    assert_eq!(world.send("change-customer-roles", ask).await.status, 200);
    world.stage.clock.advance(MINUTE);
    let ask = stock(&key.secret, &world);
    assert_eq!(world.send("get-stock", ask).await.status, 403);
}

#[tokio::test(start_paused = true)]
async fn a_rotated_key_goes_on_for_the_overlap_and_no_longer() {
    let (mut world, owner, key) = someone(5).await;
    let ask = owner.rotate_key(&key.id, &json!({ "overlap_seconds": 3_600 }));
    let next = MachineKey::shown(&world.send("rotate-api-key", ask).await);
    assert_ne!(next.secret, key.secret);
    assert_eq!(next.id, key.id);
    world.stage.clock.advance(MINUTE);
    for secret in [&key.secret, &next.secret] {
        assert_eq!(seen(&mut world, secret).await, 200);
    }
    world.stage.clock.advance(Duration::from_hours(1));
    assert_eq!(seen(&mut world, &key.secret).await, 401);
    assert_eq!(seen(&mut world, &next.secret).await, 200);
    let ask = owner.rotate_key(&key.id, &json!({ "overlap_seconds": 604_801 }));
    let answer = world.send("rotate-api-key", ask).await;
    assert_eq!((answer.status, answer.code()), (422, "validation_failed"));
}

#[tokio::test(start_paused = true)]
async fn a_key_ends_when_it_was_told_to() {
    let (mut world, owner, _) = someone(6).await;
    let end = world.stage.clock.now().plus(DAY).to_string();
    let wanted = json!({ "name": "Short", "allowances": ["profile:read@own"], "expires_at": end });
    let key = world.send("create-api-key", owner.make_key(&wanted)).await;
    let key = MachineKey::shown(&key);
    world.stage.clock.advance(DAY.saturating_sub(MINUTE));
    assert_eq!(seen(&mut world, &key.secret).await, 200);
    world.stage.clock.advance(MINUTE);
    assert_eq!(seen(&mut world, &key.secret).await, 401);
    let past = json!({
        "name": "Late", "allowances": ["profile:read@own"], "expires_at": world.stage.clock.now(),
    });
    let owner = Person::log_in(&mut world, &owner.id, &owner.email).await;
    let answer = world.send("create-api-key", owner.make_key(&past)).await;
    assert_eq!((answer.status, answer.code()), (422, "validation_failed"));
}

#[tokio::test(start_paused = true)]
async fn a_key_with_addresses_is_unknown_elsewhere() {
    let (mut world, owner, _) = someone(7).await;
    let wanted = json!({
        "name": "Office", "allowances": ["profile:read@own"],
        "allowed_ips": ["198.51.100.0/24", "2001:db8::/32"],
    });
    let key = world.send("create-api-key", owner.make_key(&wanted)).await;
    let key = MachineKey::shown(&key);
    // Who has looked at the account's keys a moment ago does not know it yet.
    world.stage.clock.advance(Duration::from_secs(3));
    for (address, status) in [
        ("198.51.100.9", 200),
        ("2001:db8::9", 200),
        ("::ffff:198.51.100.9", 200),
        ("198.51.101.9", 401),
        ("2001:db9::9", 401),
        ("", 401),
    ] {
        let ask = look(&key.secret).from(address);
        let answer = world.send("get-own-profile", ask).await;
        assert_eq!(answer.status, status, "{address}");
    }
    // Whoever has found it learns no more than of a key that there is not.
    let elsewhere = world.send("get-own-profile", look(&key.secret)).await;
    let garbage = world.send("get-own-profile", look("a.b.c")).await;
    assert_eq!(bytes(&elsewhere), bytes(&garbage));
    let wrong = json!({
        "name": "Wrong", "allowances": ["profile:read@own"], "allowed_ips": ["198.51.100.9/24"],
    });
    let answer = world.send("create-api-key", owner.make_key(&wrong)).await;
    assert_eq!((answer.status, answer.code()), (422, "validation_failed"));
}

#[tokio::test(start_paused = true)]
async fn of_any_number_made_at_once_an_account_has_twenty_and_no_more() {
    for seed in 0..6 {
        let mut world = World::new(seed);
        let owner = shopper(&mut world, "owner").await;
        for number in 0..19 {
            let name = format!("Key {number}");
            owner.key(&mut world, &name, &["profile:read@own"]).await;
        }
        let asks = (0..4).map(|number| {
            let name = format!("Last {number}");
            owner.make_key(&json!({ "name": name, "allowances": ["profile:read@own"] }))
        });
        let answers = world.at_once("create-api-key", asks.collect()).await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(made, 1, "seed {seed}");
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            let refused = (answer.status, answer.code());
            assert!(
                refused == (409, "api_keys_full") || refused == (409, "conflict"),
                "{refused:?}"
            );
        }
        assert_eq!(owner.keys(&mut world).await.len(), 20);
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_key_costs_two_reads_in_twenty_seconds_and_a_write_in_an_hour() {
    let (mut world, owner, key) = someone(8).await;
    let own = |world: &World| {
        let mut met: BTreeMap<String, usize> = BTreeMap::new();
        for call in &world.calls {
            let table = call.table.clone().unwrap_or_default();
            *met.entry(table).or_default() += 1;
        }
        met
    };
    world.calls.clear();
    for _ in 0..3 {
        assert_eq!(seen(&mut world, &key.secret).await, 200);
    }
    // The handler's own look at the account, and nothing else.
    assert_eq!(
        own(&world),
        BTreeMap::from([("local-customer-customers".to_owned(), 3)])
    );

    world.stage.clock.advance(Duration::from_secs(21));
    world.calls.clear();
    assert_eq!(seen(&mut world, &key.secret).await, 200);
    let expected = [
        ("local-customer-api-keys", 1),
        ("local-customer-customers", 2),
    ];
    assert_eq!(
        own(&world),
        expected
            .map(|(table, times)| (table.to_owned(), times))
            .into()
    );

    let first = owner.keys(&mut world).await[0]["last_used_at"].clone();
    world.stage.clock.advance(Duration::from_hours(1));
    world.calls.clear();
    assert_eq!(seen(&mut world, &key.secret).await, 200);
    assert_eq!(own(&world)["local-gateway-key-uses"], 1);
    assert_ne!(owner.keys(&mut world).await[0]["last_used_at"], first);
}

#[tokio::test(start_paused = true)]
async fn a_key_goes_on_while_nobody_can_be_asked_for_a_minute() {
    let (mut world, _, key) = someone(9).await;
    // It asks nobody itself.
    let ask = Stimulus::Request(Ask::get("/v1/openapi.json").by(&key.secret));
    world.persist("get-openapi", &ask).await;
    for (later, status) in [(40, 200), (15, 200), (15, 503)] {
        world.stage.clock.advance(Duration::from_secs(later));
        world.stage.cloud.outage(0, Fault::Unreachable);
        let answer = world.once("get-openapi", &ask).await;
        world.stage.cloud.heal();
        let seen = matches!(&answer, Ok(Outcome::Answer(answer)) if answer.status == status);
        assert!(seen, "{status}: {answer:?}");
    }
    world.persist("get-openapi", &ask).await;
}

#[tokio::test(start_paused = true)]
async fn the_audit_log_says_that_it_was_a_key() {
    let (mut world, owner, _) = someone(10).await;
    let key = owner.key(&mut world, "Book", &["address:change@own"]).await;
    let home = json!({
        "name": "Jane Doe", "line1": "Oudegracht 1", "city": "Utrecht", "postal_code": "3511 AB", "country": "NL",
    });
    let add = |token: &str| Ask::post("/v1/addresses").by(token).key("one").json(&home);
    let answer = world.send("add-address", add(&key.secret)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    // What its owner sends under the same key is another request.
    let own = world.send("add-address", add(&owner.token)).await;
    assert_eq!(own.status, 201, "{}", own.text);
    assert_ne!(own.body["id"], answer.body["id"]);
    world.settle().await;
    let log = world.stage.cloud.items("address-audit");
    let actors: Vec<&Value> = log
        .iter()
        .filter(|item| item["kind"] == "audit-entry")
        .map(|entry| &entry["actor"])
        .collect();
    let machine = json!({ "kind": "api_key", "id": key.id });
    let person = json!({ "kind": "customer", "id": owner.id });
    assert!(
        actors.contains(&&machine) && actors.contains(&&person),
        "{actors:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn of_a_closed_account_no_key_is_left() {
    let (mut world, owner, key) = someone(11).await;
    let ask = Ask::post("/v1/customers/me/close")
        .by(&owner.token)
        .key("close");
    let ask = ask.json(&json!({ "password": "correct horse battery staple" }));
    assert_eq!(world.send("close-own-account", ask).await.status, 200);
    world.stage.clock.advance(MINUTE);
    assert_eq!(seen(&mut world, &key.secret).await, 401);
    world.tick("close-due-accounts", DAY * 31).await;
    world.settle().await;
    assert!(world.stage.cloud.items("customer-api-keys").is_empty());
    assert_eq!(seen(&mut world, &key.secret).await, 401);
}
