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

#[test]
fn a_hot_variant_is_spread_and_sold_to_the_last_piece() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Sneakers", 9_000, 6);
    let path = format!("/v1/stock/{}/shards", goods.variant);
    let spread = |token: &str, shards: u32| {
        let ask = shop.call("PUT", &path).bearer(token);
        ask.json(&json!({ "shards": shards })).send()
    };
    let token = &seller.person.token;
    let levels = spread(token, 4).expect(200);
    assert_eq!(
        (&levels["available"], &levels["shards"]),
        (&json!(6), &json!(4))
    );
    spread(token, 65).refused(422, "validation_failed");
    let shopper = Shopper::register(&shop);
    spread(&shopper.token, 2).refused(403, "forbidden");
    let other = Seller::open(&shop);
    spread(&other.person.token, 2).refused(404, "variant_not_found");

    // More than any shard has.
    let order = shopper.buy(&goods.variant, 5, "pm_sandbox_ok");
    shopper.order_becomes(&order, "confirmed");
    let stock = seller.stock(&goods.variant);
    assert_eq!(
        (&stock["reserved"], &stock["available"]),
        (&json!(5), &json!(1))
    );
    // What is held is sold from where it lies, wherever the rest is by then.
    assert_eq!(spread(token, 1).expect(200)["available"], 1);
    seller.ship(&order).expect(200);
    until("all have left the warehouse", || {
        (seller.stock(&goods.variant)["on_hand"] == 1).then_some(())
    });
}
