//! A seller looks after the stock.

use serde_json::{Value, json};
use stories::{Seller, Shop, Shopper, until};

fn movements(seller: &Seller, variant: &str) -> Vec<Value> {
    let path = format!("/v1/stock/{variant}/movements");
    let list = seller.person.shop.get(path).bearer(&seller.person.token);
    let list = list.send().expect(200)["data"].clone();
    list.as_array().cloned().unwrap_or_default()
}

#[test]
fn a_seller_corrects_the_books_and_sees_how_they_came_to_that() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Candles", 500, 7);
    let path = format!("/v1/stock/{}/adjustments", goods.variant);
    let adjust = |token: &str, change: i64, reason: &str| {
        let body = json!({ "change": change, "reason": reason });
        shop.post(&path).bearer(token).json(&body).send()
    };
    let token = &seller.person.token;
    assert_eq!(adjust(token, -2, "damaged").expect(201)["available"], 5);
    adjust(token, -6, "lost").refused(409, "stock_too_low");
    adjust(token, 1, "lost").refused(422, "validation_failed");

    // Neither a shopper nor another seller gets near it.
    let shopper = Shopper::register(&shop);
    adjust(&shopper.token, 1, "found").refused(403, "forbidden");
    let other = Seller::open(&shop);
    adjust(&other.person.token, 1, "found").refused(404, "variant_not_found");
    assert_eq!(seller.stock(&goods.variant)["available"], 5);

    until("the ledger has heard of it", || {
        (movements(&seller, &goods.variant).len() == 2).then_some(())
    });
    let moved = movements(&seller, &goods.variant);
    assert_eq!(
        (&moved[0]["kind"], &moved[0]["pieces"]),
        (&json!("adjusted"), &json!(-2))
    );
    assert_eq!(
        (&moved[1]["kind"], &moved[1]["pieces"]),
        (&json!("received"), &json!(7))
    );
}

#[test]
fn a_seller_says_from_how_many_pieces_on_a_variant_is_low() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Wicks", 300, 7);
    let path = format!("/v1/stock/{}/reorder-point", goods.variant);
    let token = &seller.person.token;
    let seen = || shop.get(&path).bearer(token).send().expect(200)["pieces"].clone();
    assert_eq!(seen(), Value::Null);
    for pieces in [json!(5), Value::Null] {
        let said = shop
            .call("PUT", &path)
            .bearer(token)
            .json(&json!({ "pieces": pieces }));
        said.send().expect(200);
        assert_eq!(seen(), pieces);
    }
}
