//! What a shopper, a seller or a stranger may try with an order, its goods and its money. Each is a test of its own;
//! nothing of it changes anything.

use std::time::Duration;

use faults::{
    Person, World,
    journey::{
        order,
        payments::{payment_of, refund},
        seller_and_admin,
    },
    offer, seller, shopper,
};
use serde_json::{Value, json};
use testkit::{Answer, Ask};

use crate::hostile;

/// A market with an order of three pieces of one seller and one of another, confirmed.
struct Market {
    world: World,
    admin: Person,
    seller: Person,
    other_seller: Person,
    buyer: Person,
    stranger: Person,
    goods: String,
    others: String,
    order: Value,
}

impl Market {
    async fn open() -> Self {
        let mut world = World::new(1);
        let (seller, admin) = seller_and_admin(&mut world, "seller").await;
        let other_seller = faults::seller(&mut world, "other-seller").await;
        let buyer = shopper(&mut world, "buyer").await;
        let stranger = shopper(&mut world, "stranger").await;
        let goods = offer(&mut world, &seller, "Goods", 9).await;
        let others = offer(&mut world, &other_seller, "Others", 9).await;
        buyer.add(&mut world, &others, 1, "others").await;
        let order = buyer.buy(&mut world, &goods, 3, "pm_sandbox_ok").await;
        world.settle().await;
        let order = buyer.see(&mut world, &order).await;
        assert_eq!(order["status"], "confirmed");
        Self {
            world,
            admin,
            seller,
            other_seller,
            buyer,
            stranger,
            goods,
            others,
            order,
        }
    }

    fn path(&self, verb: &str) -> String {
        format!(
            "/v1/orders/{}{verb}",
            self.order["id"].as_str().unwrap_or_default()
        )
    }

    /// Sends what must be refused, and change nothing.
    async fn refused(&mut self, function: &'static str, ask: Ask, what: &str) -> Answer {
        hostile::refused(&mut self.world, function, ask, what).await
    }
}

/// Quantities that are none, in JSON.
const NO_QUANTITIES: [&str; 10] = [
    "0",
    "-1",
    "-9223372036854775808",
    "1.5",
    "1e3",
    "1000001",
    "4294967297",
    "18446744073709551616",
    "\"3\"",
    "null",
];

#[tokio::test(start_paused = true)]
async fn quantities_that_are_negative_zero_enormous_or_none_are_refused() {
    let mut market = Market::open().await;
    for quantity in NO_QUANTITIES {
        let goods = market.goods.clone();
        let one = format!("{{\"variant_id\":\"{goods}\",\"quantity\":{quantity}}}");
        let lines = format!("{{\"lines\":[{one}]}}");
        let received = format!("{{\"quantity\":{quantity}}}");
        let asks = [
            (
                "add-cart-item",
                "/v1/cart/items".to_owned(),
                &market.buyer,
                &one,
            ),
            ("ship-order", market.path("/ship"), &market.seller, &lines),
            (
                "cancel-order",
                market.path("/cancel"),
                &market.buyer,
                &lines,
            ),
            (
                "receive-stock",
                format!("/v1/stock/{goods}/receipts"),
                &market.seller,
                &received,
            ),
        ];
        let asks = asks.map(|(function, path, person, body)| {
            let ask = Ask::post(&path).by(&person.token).key(quantity);
            (function, ask.body("application/json", body.clone()))
        });
        for (function, ask) in asks {
            market.refused(function, ask, quantity).await;
        }
    }
    // More than there is of the order, in one line or in two of the same.
    let goods = market.goods.clone();
    let line = |quantity: u32| json!({ "variant_id": goods, "quantity": quantity });
    for lines in [json!([line(4)]), json!([line(2), line(2)])] {
        let body = json!({ "lines": lines });
        for (function, verb) in [("ship-order", "/ship"), ("cancel-order", "/cancel")] {
            let person = if verb == "/ship" {
                &market.seller
            } else {
                &market.buyer
            };
            let ask = Ask::post(&market.path(verb))
                .by(&person.token)
                .key("too many");
            market.refused(function, ask.json(&body), "too many").await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_client_says_that_an_order_is_or_costs_is_refused() {
    let mut market = Market::open().await;
    let goods = market.goods.clone();
    market
        .buyer
        .add(&mut market.world, &goods, 1, "one more")
        .await;
    let free = json!({ "amount": 0, "currency": "EUR" });
    for (field, value) in [
        ("total", free.clone()),
        ("status", json!("confirmed")),
        ("paid", json!(true)),
        ("discount", free.clone()),
        ("customer_id", json!(market.stranger.id)),
        (
            "lines",
            json!([{ "variant_id": goods, "quantity": 1, "unit_price": free }]),
        ),
        ("currency", json!("JPY")),
    ] {
        let mut body = order("pm_sandbox_ok");
        body[field] = value.clone();
        let ask = Ask::post("/v1/orders").by(&market.buyer.token).key(field);
        let refused = market.refused("place-order", ask.json(&body), field).await;
        assert_eq!(refused.code(), "validation_failed");

        let mut body = json!({ "variant_id": goods, "quantity": 1 });
        body[field] = value;
        let ask = Ask::post("/v1/cart/items")
            .by(&market.buyer.token)
            .key(field);
        market
            .refused("add-cart-item", ask.json(&body), field)
            .await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_total_beyond_what_an_amount_can_be_is_no_order() {
    let mut market = Market::open().await;
    let ask = Ask::post("/v1/products")
        .by(&market.seller.token)
        .key("dear");
    let price = json!({ "amount": 1_000_000_000_000_u64, "currency": "EUR" });
    let product = json!({
        "title": "The moon", "description": "Whole.", "category": "lights", "tags": [],
        "variants": [{ "price": price }],
    });
    let product = market
        .world
        .send("create-product", ask.json(&product))
        .await
        .body;
    let path = format!("/v1/products/{}/publish", product["id"].as_str().unwrap());
    let ask = Ask::post(&path).by(&market.seller.token).key("publish");
    assert_eq!(market.world.send("publish-product", ask).await.status, 200);
    let moon = product["variants"][0]["id"].as_str().unwrap().to_owned();
    market
        .seller
        .receive(&mut market.world, &moon, 9, "receive")
        .await;
    market.world.settle().await;
    let added = market
        .stranger
        .add(&mut market.world, &moon, 2, "two moons")
        .await;
    if added.status == 200 {
        let ask = Ask::post("/v1/orders")
            .by(&market.stranger.token)
            .key("two moons");
        let ask = ask.json(&order("pm_sandbox_ok"));
        let refused = market.refused("place-order", ask, "two moons").await;
        assert_eq!(refused.code(), "validation_failed");
    } else {
        assert_eq!(added.code(), "validation_failed", "{}", added.text);
    }
}

#[tokio::test(start_paused = true)]
async fn anothers_order_is_the_same_as_none() {
    let mut market = Market::open().await;
    let none = format!("/v1/orders/ord_{}", "0".repeat(32));
    for (function, verb, posts) in [
        ("get-order", "", false),
        ("cancel-order", "/cancel", true),
        ("list-order-transitions", "/transitions", false),
        ("get-order-timeline", "/timeline", false),
    ] {
        let mut answers = Vec::new();
        for path in [market.path(verb), format!("{none}{verb}")] {
            let ask = if posts {
                Ask::post(&path).key("another's")
            } else {
                Ask::get(&path)
            };
            let ask = ask.by(&market.stranger.token);
            answers.push(market.refused(function, ask, "another's order").await);
        }
        let told = answers.iter().map(|it| (it.status, it.code().to_owned()));
        let told: Vec<_> = told.collect();
        assert_eq!(told, vec![(404, "order_not_found".to_owned()); 2]);
    }
    let payment = format!("/v1/payments/{}", payment_of(&market.order));
    let ask = Ask::get(&payment).by(&market.stranger.token);
    let refused = market
        .refused("get-payment", ask, "another's payment")
        .await;
    assert_eq!((refused.status, refused.code()), (404, "payment_not_found"));
}

#[tokio::test(start_paused = true)]
async fn lines_of_another_seller_or_of_no_order_are_not_shipped_or_cancelled() {
    let mut market = Market::open().await;
    let strange = offer(&mut market.world, &market.seller.clone(), "Strange", 3).await;
    let line = |variant: &str| json!({ "lines": [{ "variant_id": variant, "quantity": 1 }] });
    for (person, variant, what) in [
        (
            market.other_seller.clone(),
            market.goods.clone(),
            "another seller's line",
        ),
        (
            market.seller.clone(),
            market.others.clone(),
            "another seller's line",
        ),
        (market.seller.clone(), strange.clone(), "a line of no order"),
    ] {
        let ask = Ask::post(&market.path("/ship")).by(&person.token).key(what);
        market
            .refused("ship-order", ask.json(&line(&variant)), what)
            .await;
    }
    // Half of it is right.
    let both = json!({ "lines": [
        { "variant_id": market.goods, "quantity": 1 },
        { "variant_id": market.others, "quantity": 1 },
    ] });
    let ask = Ask::post(&market.path("/ship"))
        .by(&market.seller.token)
        .key("both");
    market
        .refused("ship-order", ask.json(&both), "a line too many")
        .await;
    let ask = Ask::post(&market.path("/cancel"))
        .by(&market.buyer.token)
        .key("strange");
    market
        .refused(
            "cancel-order",
            ask.json(&line(&strange)),
            "a line of no order",
        )
        .await;
    // A seller of nothing in it does not see that there is such an order.
    let nobody = seller(&mut market.world, "nobody").await;
    for verb in ["/ship", "/accept", "/deliver"] {
        let function = match verb {
            "/ship" => "ship-order",
            "/accept" => "accept-order",
            _ => "deliver-order",
        };
        let ask = Ask::post(&market.path(verb)).by(&nobody.token).key(verb);
        let refused = market
            .refused(function, ask.json(&json!({})), "nobody's part")
            .await;
        assert_eq!((refused.status, refused.code()), (404, "order_not_found"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_that_is_paid_stays_as_it_was_bought() {
    let mut market = Market::open().await;
    let id = market.order["id"].as_str().unwrap().to_owned();
    // The price rises, more goes into the cart, the same cart is ordered once more.
    let product = market.order["lines"][0]["product_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v1/products/{product}");
    let seen = market.world.send("get-product", Ask::get(&path)).await;
    let owner = if market.order["lines"][0]["variant_id"] == market.goods.as_str() {
        market.seller.clone()
    } else {
        market.other_seller.clone()
    };
    let dearer = json!({ "variants": [{ "price": { "amount": 9_999, "currency": "EUR" } }] });
    let ask = Ask::new("PATCH", &path).by(&owner.token).key("dearer");
    let ask = ask.header("if-match", seen.header("etag"));
    let ask = ask.body("application/merge-patch+json", dearer.to_string());
    assert_eq!(market.world.send("update-product", ask).await.status, 200);
    let goods = market.goods.clone();
    market.buyer.add(&mut market.world, &goods, 2, "more").await;
    market.world.settle().await;
    let now = market.buyer.see(&mut market.world, &id).await;
    assert_eq!(
        (&now["lines"], &now["total"]),
        (&market.order["lines"], &market.order["total"])
    );
    let cloud = &market.world.stage.cloud;
    let charges = cloud.items("payment-provider-ledger");
    assert_eq!(charges.len(), 1);
    assert_eq!(charges[0]["amount"], market.order["total"]);
    // There is no way to change one.
    assert!(fleet::FLEET.iter().all(|(name, _)| {
        let route = testkit::Stage::route_of(name);
        !route.is_some_and(|(method, path)| {
            ["PUT", "PATCH", "DELETE"].contains(&method.as_str()) && path == "/v1/orders/{id}"
        })
    }));
}

#[tokio::test(start_paused = true)]
async fn more_than_was_captured_is_not_given_back_by_parts_or_in_parallel() {
    let mut market = Market::open().await;
    let (admin, order) = (market.admin.clone(), market.order.clone());
    let ask = refund(&admin, &order, Some(1), "too early");
    let early = market
        .refused("request-refund", ask, "nothing captured")
        .await;
    assert_eq!(
        (early.status, early.code()),
        (409, "refund_exceeds_captured")
    );
    let id = order["id"].as_str().unwrap().to_owned();
    assert_eq!(
        market
            .seller
            .clone()
            .ship(&mut market.world, &id)
            .await
            .status,
        200
    );
    market.world.settle().await;

    // 37.50 are captured.
    for amount in [
        "-1",
        "0",
        "3751",
        "1000000000001",
        "18446744073709551616",
        "1.5",
    ] {
        let body = format!(
            "{{\"amount\":{{\"amount\":{amount},\"currency\":\"EUR\"}},\"reason\":\"goodwill\"}}"
        );
        let path = format!("/v1/payments/{}/refunds", payment_of(&order));
        let ask = Ask::post(&path).by(&admin.token).key(amount);
        let ask = ask.body("application/json", body);
        market.refused("request-refund", ask, amount).await;
    }
    let first = refund(&admin, &order, Some(2_000), "first");
    assert_eq!(market.world.send("request-refund", first).await.status, 202);
    let ask = refund(&admin, &order, Some(1_751), "a cent too much");
    market
        .refused("request-refund", ask, "a cent too much")
        .await;
    let many = (0..9).map(|number| refund(&admin, &order, Some(1_000), &format!("key {number}")));
    let answers = market.world.at_once("request-refund", many.collect()).await;
    let taken = answers.iter().filter(|answer| answer.status == 202).count();
    assert_eq!(taken, 1, "750 are left after it");
    market.world.settle().await;
    let charges = market.world.stage.cloud.items("payment-provider-ledger");
    let back = charges[0]["moves"].as_array().unwrap().iter();
    let back = back.filter(|it| it["direction"] == "refund" && it["declined"].is_null());
    let back: u64 = back
        .map(|it| it["amount"]["amount"].as_u64().unwrap())
        .sum();
    assert_eq!(back, 3_000);
    // Whoever has no right to it learns nothing of the payment.
    for person in [market.buyer.clone(), market.seller.clone()] {
        let ask = refund(&person, &order, Some(1), "mine");
        let refused = market
            .refused("request-refund", ask, "no right to it")
            .await;
        assert_eq!(refused.status, 403);
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_has_a_shops_stock_held_without_paying_for_it() {
    let mut world = World::new(1);
    let seller = seller(&mut world, "seller").await;
    let (hoarder, other) = (
        shopper(&mut world, "hoarder").await,
        shopper(&mut world, "other").await,
    );
    let goods = offer(&mut world, &seller, "Goods", 5_000).await;
    let end_of = async |world: &mut World, buyer: &Person, pieces: u32| {
        let order = buyer.buy(world, &goods, pieces, "pm_sandbox_3ds").await;
        world.settle().await;
        let order = buyer.see(world, &order).await;
        json!([order["status"], order["cancel_reason"]])
    };

    // A thousand pieces at a time, in whatever orders, and none of them is ever paid.
    let (held, refused) = (
        json!(["stock_reserved", null]),
        json!(["cancelled", "hold_limit"]),
    );
    assert_eq!(end_of(&mut world, &hoarder, 1_001).await, refused);
    assert_eq!(end_of(&mut world, &hoarder, 600).await, held);
    assert_eq!(end_of(&mut world, &hoarder, 400).await, held);
    assert_eq!(end_of(&mut world, &hoarder, 1).await, refused);
    // Nobody else feels it.
    assert_eq!(end_of(&mut world, &other, 1_000).await, held);

    // Once nothing of it can be held any more, it does not count any more.
    world.stage.clock.advance(Duration::from_mins(81));
    let hoarder = Person::log_in(&mut world, &hoarder.id, &hoarder.email).await;
    assert_eq!(end_of(&mut world, &hoarder, 1).await, held);
}
