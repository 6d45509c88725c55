//! The same thing twice, or twenty times.

use serde_json::json;
use stories::{Seller, Shop, Shopper, UNLIMITED, at_once};

#[test]
fn one_order_sent_twenty_times_at_once_is_one_order() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Pine shelf", 8_800, 100);
    let shopper = Shopper::register(&shop);
    shopper.add_to_cart(&goods.variant, 1);
    let key = shop.unique();
    let answers = at_once((0..20).collect(), 20, |_| {
        shopper.order_with(&key, "pm_sandbox_ok")
    });

    let made: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 201)
        .collect();
    assert!(!made.is_empty());
    assert!(
        made.iter().all(|answer| answer.text == made[0].text),
        "replays are the same bytes"
    );
    let first = made
        .iter()
        .filter(|answer| answer.header("idempotency-replayed").is_none());
    assert_eq!(first.count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.refused(409, "idempotency_in_flight");
    }
    let replay = shopper.order_with(&key, "pm_sandbox_ok");
    assert_eq!((replay.status, &replay.text), (201, &made[0].text));
    assert_eq!(replay.header("idempotency-replayed"), Some("true"));

    shopper
        .order_with(&key, "pm_sandbox_declined")
        .refused(422, "idempotency_key_reused");

    let orders = shop
        .get("/v1/orders")
        .bearer(&shopper.token)
        .send()
        .expect(200);
    assert_eq!(orders["data"].as_array().unwrap().len(), 1);
    shopper.order_becomes(replay.json()["id"].as_str().unwrap(), "confirmed");
    assert_eq!(seller.stock(&goods.variant)["reserved"], 1);
}

#[test]
fn two_keys_and_one_cart_make_one_order() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Cork board", 1_200, 100);
    let shopper = Shopper::register(&shop);
    shopper.add_to_cart(&goods.variant, 1);
    let answers = at_once((0..2).collect(), 2, |_| {
        shopper.order_with(&shop.unique(), "pm_sandbox_ok")
    });
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert!(
            ["cart_already_ordered", "cart_empty"]
                .contains(&answer.json()["code"].as_str().unwrap()),
            "{}",
            answer.text
        );
    }
}

#[test]
fn an_order_without_a_key_is_refused() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Paper lamp", 1_900, UNLIMITED);
    let shopper = Shopper::register(&shop);
    shopper.add_to_cart(&goods.variant, 1);
    let body = json!({ "payment_method": "pm_sandbox_ok" });
    shop.post("/v1/orders")
        .bearer(&shopper.token)
        .json(&body)
        .send()
        .refused(400, "idempotency_key_required");
}

#[test]
fn another_guest_cannot_fetch_a_replay() {
    let shop = Shop::open();
    let key = shop.unique();
    let register = |name: &str| {
        let email = format!("{name}-{}@example.com", shop.unique());
        let body = json!({ "email": email, "password": "a long enough password", "name": name });
        shop.post("/v1/customers")
            .key(&key)
            .json(&body)
            .send()
            .expect(201)
    };
    assert_ne!(
        register("Ada")["id"],
        register("Grace")["id"],
        "one key, two callers, two accounts"
    );
}
