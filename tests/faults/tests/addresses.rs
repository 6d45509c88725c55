//! An address book that many hold a pen over at once.

use faults::{Person, World, shopper};
use serde_json::{Value, json};
use testkit::Ask;

fn addition(shopper: &Person, key: &str) -> Ask {
    let address = json!({
        "name": "Rosa Lind", "line1": "1 Quay", "city": "Utrecht", "postal_code": "3511 AB", "country": "NL",
    });
    let ask = Ask::post("/v1/addresses").by(&shopper.token).key(key);
    ask.json(&address)
}

async fn addresses(world: &mut World, shopper: &Person) -> Vec<Value> {
    let ask = Ask::get("/v1/addresses?limit=100").by(&shopper.token);
    let list = world.send("list-addresses", ask).await.body;
    list["data"].as_array().expect("a list").clone()
}

#[tokio::test(start_paused = true)]
async fn the_last_place_in_a_book_goes_to_one() {
    for seed in 0..6 {
        let mut world = World::new(seed);
        let shopper = shopper(&mut world, "shopper").await;
        for number in 0..49 {
            let ask = addition(&shopper, &format!("add {number}"));
            assert_eq!(world.send("add-address", ask).await.status, 201);
        }
        let asks = (0..6).map(|number| addition(&shopper, &format!("last {number}")));
        let answers = world.at_once("add-address", asks.collect()).await;
        let added = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(added, 1, "seed {seed}");
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!(answer.code(), "address_book_full", "seed {seed}");
        }
        assert_eq!(addresses(&mut world, &shopper).await.len(), 50);

        // The reply to the fiftieth comes again, although the book is full by now.
        let again = world
            .send("add-address", addition(&shopper, "add 48"))
            .await;
        assert_eq!(again.header("idempotency-replayed"), "true");
        let id = again.body["id"].as_str().expect("an id");
        let ask = Ask::new("DELETE", &format!("/v1/addresses/{id}")).by(&shopper.token);
        let removed = world.send("remove-address", ask.key("remove")).await;
        assert_eq!(removed.status, 204);
        let ask = addition(&shopper, "in its place");
        assert_eq!(world.send("add-address", ask).await.status, 201);
    }
}

#[tokio::test(start_paused = true)]
async fn there_is_one_default_a_purpose_whoever_comes_at_once() {
    for seed in 0..12 {
        let mut world = World::new(seed);
        let shopper = shopper(&mut world, "shopper").await;
        let mut asks = Vec::new();
        for number in 0..4 {
            let ask = addition(&shopper, &format!("add {number}"));
            let added = world.send("add-address", ask).await.body;
            let path = format!("/v1/addresses/{}/default", added["id"].as_str().unwrap());
            let ask = Ask::new("PUT", &path).by(&shopper.token);
            let ask = ask.key(&format!("prefer {number}"));
            asks.push(ask.json(&json!({ "for": ["shipping", "billing"] })));
        }
        let answers = world.at_once("set-default-address", asks).await;
        assert!(answers.iter().any(|answer| answer.status == 200));
        let listed = addresses(&mut world, &shopper).await;
        for purpose in ["shipping", "billing"] {
            let holders = listed.iter().filter(|address| {
                let held = address["default_for"].as_array().expect("purposes");
                held.contains(&purpose.into())
            });
            assert_eq!(holders.count(), 1, "seed {seed}: {listed:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_goes_to_an_address_of_ones_own_book_or_nowhere() {
    let mut world = World::new(1);
    let seller = faults::seller(&mut world, "seller").await;
    let goods = faults::offer(&mut world, &seller, "Goods", 9).await;
    let (one, two) = (
        shopper(&mut world, "one").await,
        shopper(&mut world, "two").await,
    );
    let added = world.send("add-address", addition(&one, "add")).await.body;
    for person in [&one, &two] {
        person.add(&mut world, &goods, 1, "goods").await;
    }
    let order = |person: &Person, key: &str, id: &Value| {
        let body = json!({ "shipping_address_id": id, "payment_method": "pm_sandbox_ok" });
        let ask = Ask::post("/v1/orders").by(&person.token).key(key);
        ask.json(&body)
    };
    let missing = json!(format!("adr_{}", "0".repeat(32)));
    for id in [&added["id"], &missing] {
        let key = format!("to {id}");
        let refused = world.send("place-order", order(&two, &key, id)).await;
        assert_eq!((refused.status, refused.code()), (404, "address_not_found"));
    }

    world.calls.clear();
    let ask = order(&one, "mine", &added["id"]);
    let placed = world.send("place-order", ask).await;
    assert_eq!(placed.status, 201, "{}", placed.text);
    assert_eq!(placed.body["shipping_address"]["postal_code"], "3511 AB");
    let calls = world
        .calls
        .iter()
        .filter(|call| call.function == "place-order");
    // Two reads at once, one of the seller's standing, and a write.
    assert_eq!(calls.count(), 4);
}
