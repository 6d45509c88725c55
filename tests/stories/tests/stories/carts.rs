//! Someone fills a cart before logging in and takes it along, and is told what has changed meanwhile.

use serde_json::{Value, json};
use stories::{Answer, Goods, Seller, Shop, Shopper, until};

/// Someone without an account, with a cart.
pub(crate) struct Visitor {
    shop: Shop,
    cart_token: String,
}

impl Visitor {
    /// Fills a cart, as soon as the cart knows the variant.
    #[track_caller]
    pub(crate) fn with(shop: &Shop, goods: &Goods, quantity: u32) -> Self {
        let add = json!({ "variant_id": goods.variant, "quantity": quantity });
        let cart = until("the cart knows the variant", || {
            let answer = shop.post("/v1/cart/items").json(&add).send();
            (answer.status == 200).then(|| answer.json())
        });
        let token = cart["cart_token"].as_str().expect("a token");
        Self {
            shop: shop.clone(),
            cart_token: token.to_owned(),
        }
    }

    pub(crate) fn cart(&self) -> Value {
        let ask = self.shop.get("/v1/cart");
        ask.header("x-cart-token", &self.cart_token)
            .send()
            .expect(200)
    }

    /// Has logged in as someone, and takes the cart along.
    pub(crate) fn merge_into(&self, shopper: &Shopper, strategy: &str, key: &str) -> Answer {
        let ask = self.shop.post("/v1/cart/merge").bearer(&shopper.token);
        ask.key(key)
            .header("x-cart-token", &self.cart_token)
            .json(&json!({ "strategy": strategy }))
            .send()
    }
}

/// How many pieces of something lie in a cart.
pub(crate) fn pieces(cart: &Value, goods: &Goods) -> u64 {
    let mut lines = cart["lines"].as_array().into_iter().flatten();
    let line = lines.find(|line| line["variant_id"] == goods.variant.as_str());
    line.map_or(0, |line| line["quantity"].as_u64().expect("a number"))
}

#[test]
fn whoever_logs_in_takes_the_cart_along_once() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let both = seller.offer("Wool blanket", 7_900, 50);
    let one = seller.offer("Down pillow", 4_500, 50);
    for (strategy, wanted) in [("sum", 5), ("guest", 3), ("customer", 2)] {
        let visitor = Visitor::with(&shop, &both, 3);
        let shopper = Shopper::register(&shop);
        shopper.add_to_cart(&both.variant, 2);
        shopper.add_to_cart(&one.variant, 1);
        let key = shop.unique();
        let merged = visitor.merge_into(&shopper, strategy, &key);
        let shown = merged.expect(200);
        assert_eq!(shown["notices"], json!([]));
        let cart = &shown["cart"];
        assert_eq!((pieces(cart, &both), pieces(cart, &one)), (wanted, 1));
        assert!(cart["expires_at"].is_string());

        let again = visitor.merge_into(&shopper, strategy, &key);
        assert_eq!(again.text, merged.text);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        let tab = visitor.merge_into(&shopper, strategy, &shop.unique());
        assert_eq!(pieces(&tab.expect(200)["cart"], &both), wanted);
        assert_eq!(visitor.cart()["lines"], json!([]));
    }
}

#[test]
fn what_does_not_fit_into_the_cart_is_told() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Tea light", 90, 50);
    let visitor = Visitor::with(&shop, &goods, 700_000);
    let shopper = Shopper::register(&shop);
    shopper.add_to_cart(&goods.variant, 400_000);
    let merged = visitor.merge_into(&shopper, "sum", &shop.unique());
    let merged = merged.expect(200);
    assert_eq!(
        merged["notices"],
        json!([{
            "variant_id": goods.variant, "code": "quantity_capped", "limit": "quantity",
            "wanted": 1_100_000, "quantity": 1_000_000,
        }])
    );
    let line = &merged["cart"]["lines"][0];
    assert_eq!(
        line["notices"],
        json!([{ "code": "fewer_available", "available": 50 }])
    );
}

#[test]
fn what_was_ordered_without_the_account_is_not_in_its_cart() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Oak stool", 11_900, 9);
    let visitor = Visitor::with(&shop, &goods, 2);
    let shopper = Shopper::register(&shop);
    shopper.add_to_cart(&goods.variant, 1);
    let mut order = stories::order_body("pm_sandbox_ok");
    order["email"] = format!("guest-{}@example.com", shop.unique()).into();
    shop.post("/v1/guest-orders")
        .key(&shop.unique())
        .header("x-cart-token", &visitor.cart_token)
        .json(&order)
        .send()
        .expect(201);
    visitor
        .merge_into(&shopper, "sum", &shop.unique())
        .expect(200);
    until("what was ordered has left the cart", || {
        (pieces(&shopper.cart(), &goods) == 1).then_some(())
    });
}

#[test]
fn a_cart_is_merged_by_its_token_and_an_account() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Brass hook", 1_200, 9);
    let visitor = Visitor::with(&shop, &goods, 1);
    let shopper = Shopper::register(&shop);
    let sum = json!({ "strategy": "sum" });
    let ask = || shop.post("/v1/cart/merge").json(&sum);
    ask()
        .header("x-cart-token", &visitor.cart_token)
        .send()
        .refused(401, "unauthenticated");
    ask()
        .bearer(&shopper.token)
        .send()
        .refused(404, "cart_not_found");
    visitor
        .merge_into(&shopper, "all", &shop.unique())
        .refused(422, "validation_failed");
    assert_eq!(pieces(&visitor.cart(), &goods), 1);
}

#[test]
fn a_cart_tells_the_price_that_something_was_put_in_with() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Glass carafe", 3_000, 5);
    let shopper = Shopper::register(&shop);
    shopper.add_to_cart(&goods.variant, 1);
    let path = format!("/v1/products/{}", goods.product);
    let variants = json!({ "variants": [{ "price": { "amount": 3_600, "currency": "EUR" } }] });
    shop.call("PATCH", &path)
        .bearer(&seller.person.token)
        .header("if-match", "*")
        .body("application/merge-patch+json", variants.to_string())
        .send()
        .expect(200);
    let line = until("the cart shows the new price", || {
        let line = shopper.cart()["lines"][0].clone();
        (line["unit_price"]["amount"] == 3_600).then_some(line)
    });
    let told = json!([{
        "code": "price_changed",
        "old_price": { "amount": 3_000, "currency": "EUR" },
        "new_price": { "amount": 3_600, "currency": "EUR" },
    }]);
    assert_eq!(line["notices"], told);
    assert_eq!(shopper.cart()["lines"][0]["notices"], told);
}
