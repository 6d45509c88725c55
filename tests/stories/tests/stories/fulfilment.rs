//! An order in parts: what is shipped is paid, what is not wanted any more goes back.

use serde_json::{Value, json};
use stories::{Seller, Shop, Shopper, until};

/// Does something with the part of an order that a seller ships.
#[track_caller]
fn part(seller: &Seller, verb: &str, order: &str, body: &Value) -> Value {
    let shop = seller.shop();
    shop.post(format!("/v1/orders/{order}/{verb}"))
        .bearer(&seller.person.token)
        .json(body)
        .send()
        .expect(200)
}

/// Waits until so many cents of an order's payment have moved.
#[track_caller]
fn captured(shopper: &Shopper, order: &str, cents: u64) {
    until(&format!("{cents} cents are captured"), || {
        let payment = shopper.payment_of(order).expect(200);
        (payment["captured"]["amount"] == cents).then_some(())
    });
}

#[test]
fn an_order_is_paid_parcel_by_parcel_and_delivered() {
    let shop = Shop::open();
    let (first, second) = (Seller::open(&shop), Seller::open(&shop));
    let soap = first.offer("Laurel soap", 500, 10);
    let towel = second.offer("Waffle towel", 2_400, 10);
    let shopper = Shopper::register(&shop);
    shopper.add_to_cart(&soap.variant, 3);
    shopper.add_to_cart(&towel.variant, 1);
    let order = shopper.order("pm_sandbox_ok");
    shopper.order_becomes(&order, "confirmed");

    part(&first, "accept", &order, &json!({}));
    let parcel = json!({
        "lines": [{ "variant_id": soap.variant, "quantity": 2 }], "carrier": "An Post", "tracking_number": "CE1IE",
    });
    let seen = part(&first, "ship", &order, &parcel);
    let part_of_first = &seen["fulfilments"][0];
    assert_eq!(part_of_first["status"], "partly_shipped");
    assert_eq!(part_of_first["shipments"][0]["tracking_number"], "CE1IE");
    // The first parcel is paid, whatever the others do.
    captured(&shopper, &order, 1_000);
    until("two pieces have left the warehouse", || {
        let stock = first.stock(&soap.variant);
        (stock["on_hand"] == 8 && stock["reserved"] == 1).then_some(())
    });

    second.ship(&order).expect(200);
    assert_eq!(first.ship(&order).expect(200)["status"], "shipped");
    captured(&shopper, &order, 3_900);
    part(&first, "deliver", &order, &json!({}));
    part(&second, "deliver", &order, &json!({}));
    shopper.order_becomes(&order, "delivered");
    let next = shop
        .get(format!("/v1/orders/{order}/transitions"))
        .bearer(&shopper.token)
        .send()
        .expect(200);
    assert_eq!(next["transitions"], json!([]));
}

#[test]
fn what_a_seller_rejects_and_a_customer_cancels_is_not_paid_and_goes_back() {
    let shop = Shop::open();
    let (first, second) = (Seller::open(&shop), Seller::open(&shop));
    let cup = first.offer("Stoneware cup", 1_500, 10);
    let plate = second.offer("Stoneware plate", 2_000, 10);
    let shopper = Shopper::register(&shop);
    shopper.add_to_cart(&cup.variant, 2);
    shopper.add_to_cart(&plate.variant, 1);
    let order = shopper.order("pm_sandbox_ok");
    shopper.order_becomes(&order, "confirmed");

    let cancel = |quantity: u32| {
        let some = json!({ "lines": [{ "variant_id": cup.variant, "quantity": quantity }] });
        let ask = shop.post(format!("/v1/orders/{order}/cancel"));
        ask.bearer(&shopper.token).json(&some).send()
    };
    cancel(3).refused(422, "validation_failed");
    cancel(1).expect(200);
    let sorry = json!({ "reason": "Broken in the kiln." });
    let seen = part(&second, "reject", &order, &sorry);
    assert_eq!(seen["fulfilments"][0]["status"], "rejected");
    until("what is not wanted can be bought again", || {
        let levels = [first.stock(&cup.variant), second.stock(&plate.variant)];
        let available = levels.map(|stock| stock["available"].clone());
        (json!(available) == json!([9, 10])).then_some(())
    });

    assert_eq!(first.ship(&order).expect(200)["status"], "shipped");
    captured(&shopper, &order, 1_500);
    second.ship(&order).refused(409, "order_not_shippable");
    let seen = shopper.order_becomes(&order, "shipped");
    let rejection = &seen["fulfilments"][1]["rejection"];
    assert_eq!(rejection["reason"], "Broken in the kiln.");
}

#[test]
fn what_comes_back_lies_on_the_shelf_again_and_its_price_is_given_back() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let lamp = seller.offer("Paper lamp", 1_800, 10);
    let shopper = Shopper::register(&shop);
    let order = shopper.buy(&lamp.variant, 3, "pm_sandbox_ok");
    shopper.order_becomes(&order, "confirmed");
    let by = |token: &str, end: &str, body: &Value| {
        let ask = shop.post(format!("/v1/orders/{order}/returns{end}"));
        ask.bearer(token).key(&shop.unique()).json(body).send()
    };
    let wanted = |quantity: u32| {
        json!({
            "lines": [{ "variant_id": lamp.variant, "quantity": quantity }], "reason": "unwanted",
        })
    };
    by(&shopper.token, "", &wanted(2)).refused(409, "order_not_returnable");
    seller.ship(&order).expect(200);
    captured(&shopper, &order, 5_400);

    by(&shopper.token, "", &wanted(2)).expect(200);
    by(&shopper.token, "", &wanted(2)).refused(422, "validation_failed");
    let stranger = Shopper::register(&shop);
    by(&stranger.token, "", &wanted(1)).refused(404, "order_not_found");
    by(&shopper.token, "/1/approve", &json!({})).refused(403, "forbidden");
    by(&seller.person.token, "/1/approve", &json!({})).expect(200);
    let came =
        json!({ "lines": [{ "variant_id": lamp.variant, "restocked": 1, "written_off": 1 }] });
    by(&seller.person.token, "/1/receive", &came).expect(200);

    until("the price of two lamps is given back", || {
        let payment = shopper.payment_of(&order).expect(200);
        (payment["refunded"]["amount"] == 3_600).then_some(())
    });
    until(
        "one lamp is on the shelf again, and the return is over",
        || {
            let stock = seller.stock(&lamp.variant);
            let back = shopper.see_order(&order)["returns"][0]["status"].clone();
            (stock["available"] == 8 && back == "refunded").then_some(())
        },
    );
    let timeline = shop.get(format!("/v1/orders/{order}/timeline"));
    let timeline = timeline.bearer(&shopper.token).send().expect(200);
    let entries = timeline["entries"].as_array().into_iter().flatten();
    assert_eq!(entries.filter(|entry| entry["kind"] == "return").count(), 4);
}
