//! Those who mean harm, and those who only make mistakes: a clear refusal, and nothing changed.

use serde_json::{Value, json};
use stories::{Seller, Shop, Shopper, UNLIMITED, until};

#[test]
fn another_customers_order_is_the_same_404_as_none() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Walnut bowl", 3_100, UNLIMITED);
    let (owner, stranger) = (Shopper::register(&shop), Shopper::register(&shop));
    let order = owner.buy(&goods.variant, 1, "pm_sandbox_ok");
    let missing = order.replace(|c: char| c.is_ascii_digit(), "0");
    let see = |path: String| {
        let answer = shop.get(path).bearer(&stranger.token).send();
        answer.refused(404, "order_not_found");
        let mut body = answer.json();
        body["request_id"] = "".into();
        body
    };
    assert_eq!(
        see(format!("/v1/orders/{order}")),
        see(format!("/v1/orders/{missing}"))
    );
    let cancel = |id: &str| {
        shop.post(format!("/v1/orders/{id}/cancel"))
            .bearer(&stranger.token)
            .send()
    };
    cancel(&order).refused(404, "order_not_found");
    cancel("ord_nonsense").refused(404, "order_not_found");
    let orders = shop
        .get("/v1/orders")
        .bearer(&stranger.token)
        .send()
        .expect(200);
    assert_eq!(orders["data"], json!([]));
}

#[test]
fn a_seller_touches_only_its_own() {
    let shop = Shop::open();
    let (seller, other) = (Seller::open(&shop), Seller::open(&shop));
    let goods = seller.offer("Slate tray", 2_700, 10);
    let draft = seller.draft("Secret project", 100);
    let token = &other.person.token;
    shop.call("PATCH", format!("/v1/products/{}", goods.product))
        .bearer(token)
        .header("if-match", "*")
        .body("application/merge-patch+json", r#"{"title":"Mine now"}"#)
        .send()
        .refused(404, "product_not_found");
    shop.post(format!("/v1/stock/{}/receipts", goods.variant))
        .bearer(token)
        .json(&json!({ "quantity": 5 }))
        .send()
        .refused(404, "variant_not_found");
    let draft = format!("/v1/products/{}", draft["id"].as_str().unwrap());
    shop.get(&draft)
        .bearer(token)
        .send()
        .refused(404, "product_not_found");
    shop.get(&draft).send().refused(404, "product_not_found");
    shop.get(&draft)
        .bearer(&seller.person.token)
        .send()
        .expect(200);

    let shopper = Shopper::register(&shop);
    let order = shopper.buy(&goods.variant, 1, "pm_sandbox_ok");
    shopper.order_becomes(&order, "confirmed");
    other.ship(&order).refused(404, "order_not_found");
    shop.post(format!("/v1/orders/{order}/ship"))
        .bearer(&shopper.token)
        .send()
        .refused(403, "forbidden");
    assert_eq!(seller.stock(&goods.variant)["on_hand"], 10);
}

#[test]
fn wrong_bodies_are_refused_with_their_place_and_change_nothing() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Copper pan", 9_900, UNLIMITED);
    let shopper = Shopper::register(&shop);
    shopper.add_to_cart(&goods.variant, 1);
    // What the cart knows of the stock arrives by itself, a moment after the line: it must not arrive in between.
    let before = until("the cart knows that there is stock", || {
        let cart = shopper.cart();
        (cart["lines"][0]["available"] == true).then_some(cart)
    });

    let add = |body: &str| {
        shop.post("/v1/cart/items")
            .bearer(&shopper.token)
            .body("application/json", body)
            .send()
    };
    add("{").refused(400, "invalid_json");
    add("").refused(400, "invalid_json");
    let variant = &goods.variant;
    for (quantity, price) in [
        ("0", ""),
        ("-1", ""),
        ("1.5", ""),
        ("\"1\"", ""),
        ("4294967296", ""),
        ("1", ",\"unit_price\":{\"amount\":1,\"currency\":\"EUR\"}"),
    ] {
        let answer = add(&format!(
            r#"{{"variant_id":"{variant}","quantity":{quantity}{price}}}"#
        ));
        answer.refused(422, "validation_failed");
        assert!(!answer.json()["errors"].as_array().unwrap().is_empty());
    }
    add(r#"{"variant_id":"prd_1","quantity":1}"#).refused(422, "validation_failed");
    shop.post("/v1/cart/items")
        .bearer(&shopper.token)
        .body("text/plain", "hello")
        .send()
        .refused(415, "unsupported_media_type");
    add(&format!("\"{}\"", "x".repeat(70_000))).refused(413, "payload_too_large");
    assert_eq!(shopper.cart(), before);

    let receive = |body: Value| {
        shop.post(format!("/v1/stock/{variant}/receipts"))
            .bearer(&seller.person.token)
            .json(&body)
            .send()
    };
    receive(json!({ "quantity": -5 })).refused(422, "validation_failed");
    receive(json!({ "quantity": 1_000_001 })).refused(422, "validation_failed");
    receive(json!({ "quantity": 5, "reason": "because" })).refused(422, "validation_failed");
}

#[test]
fn bent_and_forged_tokens_are_nobodys() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    let parts: Vec<&str> = shopper.token.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        panic!("a JWT has three parts")
    };
    // {"alg":"none","typ":"at+jwt"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
    let bent = signature.replacen(|c: char| c.is_ascii_alphabetic(), "A", 1);
    for token in [
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{header}.{claims}."),
        format!("{header}.{claims}"),
        format!("{header}.{claims}.{bent}x"),
        shopper.refresh_token.clone(),
        "x".repeat(16_000),
        "e30.e30.e30".to_owned(),
    ] {
        shop.get("/v1/customers/me")
            .bearer(&token)
            .send()
            .refused(401, "unauthenticated");
        shop.get("/v1/orders")
            .bearer(&token)
            .send()
            .refused(401, "unauthenticated");
    }
    shop.get("/v1/customers/me")
        .header("authorization", format!("Basic {}", shopper.token))
        .send()
        .refused(401, "unauthenticated");
    shop.get("/v1/customers/me")
        .bearer(&shopper.token)
        .send()
        .expect(200);
}

#[test]
fn unknown_paths_and_methods_are_problems_too() {
    let shop = Shop::open();
    shop.get("/v1/nowhere")
        .send()
        .refused(404, "route_not_found");
    let answer = shop.call("DELETE", "/v1/orders").send();
    answer.refused(405, "method_not_allowed");
    let allowed = answer.header("allow").unwrap();
    assert!(
        allowed.contains("GET") && allowed.contains("POST"),
        "{allowed}"
    );
    shop.get("/v1/products?limit=0")
        .send()
        .refused(400, "invalid_parameter");
    shop.get("/v1/products?cursor=forged")
        .send()
        .refused(400, "invalid_cursor");
    shop.get("/v1/products?colour=red")
        .send()
        .refused(400, "invalid_parameter");
}
