//! Two hundred callers at once, who cannot all have what they ask for.

use std::collections::BTreeMap;

use serde_json::json;
use stories::{Admin, Answer, Seller, Shop, Shopper, at_once, until};

use crate::{
    carts::{Visitor, pieces},
    paying::{asked_to_act, back, refunds_of},
};

const SHOPPERS: usize = 200;
const PIECES: u32 = 50;
/// So many are at the door at the same moment.
const THREADS: usize = 30;

/// The answer to whoever asks again as long as the others are in the way.
fn answer(ask: impl Fn() -> Answer) -> Answer {
    until("the others are out of the way", || {
        let answer = ask();
        let code = answer.json()["code"].clone();
        (code != "conflict" && code != "idempotency_in_flight").then_some(answer)
    })
}

/// How many were answered so.
fn counted(answers: &[Answer]) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for answer in answers {
        let code = answer.json()["code"].as_str().unwrap_or("done").to_owned();
        *counted.entry(code).or_default() += 1;
    }
    counted
}

#[test]
fn two_hundred_shoppers_race_for_fifty_pieces() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("The last lanterns", 2_500, PIECES);

    let shoppers = at_once((0..SHOPPERS).collect(), 8, |_| {
        let shopper = Shopper::register(&shop);
        shopper.add_to_cart(&goods.variant, 1);
        shopper
    });
    let orders = at_once(shoppers, THREADS, |shopper| {
        let order = shopper.order("pm_sandbox_ok");
        (shopper, order)
    });
    let ended = at_once(orders, 8, |(shopper, order)| {
        let end = shopper.order_ends_late(&order);
        (shopper, order, end)
    });

    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    for (_, _, end) in &ended {
        *ends
            .entry(format!("{} {}", end["status"], end["cancel_reason"]))
            .or_default() += 1;
    }
    let expected = [
        ("\"cancelled\" \"out_of_stock\"", 150),
        ("\"confirmed\" null", 50),
    ];
    assert_eq!(
        ends,
        expected
            .map(|(end, number)| (end.to_owned(), number))
            .into()
    );

    let stock = seller.stock(&goods.variant);
    assert_eq!(
        (&stock["available"], &stock["reserved"], &stock["on_hand"]),
        (&0.into(), &PIECES.into(), &PIECES.into())
    );

    let (confirmed, cancelled): (Vec<_>, Vec<_>) = ended
        .into_iter()
        .partition(|(_, _, end)| end["status"] == "confirmed");
    for (shopper, order, _) in &cancelled {
        shopper.payment_of(order).refused(404, "payment_not_found");
    }
    at_once(confirmed, 8, |(shopper, order, _)| {
        assert_eq!(
            shopper.payment_of(&order).expect(200)["status"],
            "authorized"
        );
        seller.ship(&order).expect(200);
        shopper.payment_becomes(&order, "captured");
    });
    until("all pieces have left", || {
        let stock = seller.stock(&goods.variant);
        (stock["on_hand"] == 0 && stock["reserved"] == 0 && stock["available"] == 0).then_some(())
    });
}

#[test]
fn two_hundred_refunds_give_back_what_was_paid_and_no_more() {
    let shop = Shop::open();
    let (admin, seller) = (Admin::log_in(&shop), Seller::open(&shop));
    let goods = seller.offer("Brass lantern", 2_000, 5);
    let shopper = Shopper::register(&shop);
    let order = shopper.buy(&goods.variant, 2, "pm_sandbox_ok");
    shopper.order_becomes(&order, "confirmed");
    seller.ship(&order).expect(200);
    shopper.payment_becomes(&order, "captured");

    let answers = at_once((0..200).collect(), THREADS, |_| {
        let key = shop.unique();
        answer(|| {
            let ask = shop.post(refunds_of(&order)).bearer(&admin.token);
            ask.key(&key).json(&back(300)).send()
        })
    });
    // 40.00 is thirteen times 3.00, and a rest.
    let expected = [("done", 13), ("refund_exceeds_captured", 187)];
    let expected = expected.map(|(code, number)| (code.to_owned(), number));
    assert_eq!(counted(&answers), expected.into());
    let paid = until("all of it is given back", || {
        let payment = shopper.payment_of(&order).expect(200);
        (payment["refunded"]["amount"] == 3_900).then_some(payment)
    });
    let refunds = paid["refunds"].as_array().expect("refunds");
    assert_eq!(refunds.len(), 13);
    assert!(refunds.iter().all(|it| it["status"] == "succeeded"));
}

#[test]
fn two_hundred_tabs_take_a_cart_along_once() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Paper lantern", 300, 50);
    let visitor = Visitor::with(&shop, &goods, 3);
    let shopper = Shopper::register(&shop);
    shopper.add_to_cart(&goods.variant, 2);

    let answers = at_once((0..200).collect(), THREADS, |_| {
        let key = shop.unique();
        answer(|| visitor.merge_into(&shopper, "sum", &key))
    });
    assert_eq!(counted(&answers), [("done".to_owned(), 200)].into());
    for answer in &answers {
        assert_eq!(pieces(&answer.json()["cart"], &goods), 5);
    }
    assert_eq!(pieces(&shopper.cart(), &goods), 5);
    assert_eq!(visitor.cart()["lines"], json!([]));
}

#[test]
fn a_bank_that_says_two_hundred_times_yes_and_no_has_said_one_of_both() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Storm lantern", 2_000, 5);
    let shopper = Shopper::register(&shop);
    let order = shopper.buy(&goods.variant, 1, "pm_sandbox_3ds");
    let url = asked_to_act(&shopper, &order);

    let said = at_once((0..200).collect(), THREADS, |number| {
        let outcome = ["succeeded", "failed"][number % 2];
        let ask = || shop.post(url.clone());
        let answer = answer(|| ask().json(&json!({ "outcome": outcome })).send());
        (outcome, answer)
    });
    let (done, refused): (Vec<_>, Vec<_>) = said.into_iter().partition(|it| it.1.status == 204);
    assert_eq!((done.len(), refused.len()), (100, 100));
    let outcome = done[0].0;
    assert!(done.iter().all(|(said, _)| *said == outcome));
    for (_, answer) in &refused {
        answer.refused(409, "charge_not_waiting");
    }
    let end = if outcome == "succeeded" {
        "confirmed"
    } else {
        "cancelled"
    };
    shopper.order_becomes(&order, end);
}

#[test]
fn an_order_that_is_cancelled_and_shipped_at_once_is_one_of_both() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Oil lantern", 2_000, 10);
    let orders = at_once((0..10).collect(), 4, |_| {
        let shopper = Shopper::register(&shop);
        let order = shopper.buy(&goods.variant, 1, "pm_sandbox_ok");
        shopper.order_becomes(&order, "confirmed");
        (shopper, order)
    });

    // For each order ten who cancel it, and ten who ship it.
    let callers = (0..200).map(|number| (number, &orders[number / 20]));
    let answers = at_once(callers.collect(), THREADS, |(number, (shopper, order))| {
        answer(|| {
            if number % 2 == 0 {
                seller.ship(order)
            } else {
                let ask = shop.post(format!("/v1/orders/{order}/cancel"));
                ask.bearer(&shopper.token).send()
            }
        })
    });
    for ((shopper, order), answers) in orders.iter().zip(answers.chunks(20)) {
        let done = |parity: usize| {
            let mut of = answers.iter().skip(parity).step_by(2);
            of.any(|answer| answer.status == 200)
        };
        let (is_shipped, is_cancelled) = (done(0), done(1));
        assert_ne!(is_shipped, is_cancelled, "order {order}");
        let (status, paid) = if is_shipped {
            ("shipped", "captured")
        } else {
            ("cancelled", "voided")
        };
        assert_eq!(shopper.see_order(order)["status"], status);
        shopper.payment_becomes(order, paid);
    }
    let shipped = orders.iter().filter(|(shopper, order)| {
        let seen = shopper.see_order(order);
        seen["status"] == "shipped"
    });
    let left = 10 - shipped.count();
    until("what was not shipped lies on the shelf", || {
        let stock = seller.stock(&goods.variant);
        (stock["available"] == left && stock["on_hand"] == left).then_some(())
    });
}
