//! Money on its way, whatever comes twice, late or at once.

use std::{collections::BTreeMap, time::Duration};

use faults::{
    Person, World,
    journey::{
        payments::{balances, refund},
        seller_and_admin,
    },
    offer, seller, shopper,
};
use serde_json::{Value, json};
use testkit::Ask;

/// A confirmed order of three pieces at 12.50, an admin, and who ships it.
async fn sold(world: &mut World) -> (Person, Person, Value) {
    let (seller, admin) = seller_and_admin(world, "seller").await;
    let shopper = shopper(world, "shopper").await;
    let goods = offer(world, &seller, "Goods", 9).await;
    let order = shopper.buy(world, &goods, 3, "pm_sandbox_ok").await;
    world.settle().await;
    (admin, seller, shopper.see(world, &order).await)
}

#[tokio::test(start_paused = true)]
async fn what_comes_thrice_and_in_any_order_is_booked_once() {
    let expected = [
        ("commission", -375),
        ("customer", 0),
        ("provider", 2_750),
        ("refunds", 1_000),
        ("seller", -3_375),
    ];
    let expected = BTreeMap::from(expected.map(|(name, stands)| (name.to_owned(), stands)));
    for seed in 1..=20 {
        let mut world = World::unruly(seed);
        let (admin, seller, order) = sold(&mut world).await;
        let line = &order["lines"][0]["variant_id"];
        for parcel in 1..=3 {
            let path = format!("/v1/orders/{}/ship", order["id"].as_str().unwrap());
            let one = json!({ "lines": [{ "variant_id": line, "quantity": 1 }] });
            let ask = Ask::post(&path).by(&seller.token).json(&one);
            let ask = ask.key(&format!("parcel {parcel}"));
            assert_eq!(world.send("ship-order", ask).await.status, 200);
        }
        world.settle().await;
        let ask = refund(&admin, &order, Some(1_000), "back");
        assert_eq!(world.send("request-refund", ask).await.status, 202);
        world.settle().await;
        assert_eq!(balances(&world), expected, "seed {seed}");
        assert!(world.letters.is_empty(), "{:?}", world.letters);
    }
}

#[tokio::test(start_paused = true)]
async fn money_that_is_wanted_back_by_many_at_once_is_given_back_once() {
    for seed in 0..20 {
        let mut world = World::new(seed);
        let (admin, seller, order) = sold(&mut world).await;
        let shipped = seller.ship(&mut world, order["id"].as_str().unwrap()).await;
        assert_eq!(shipped.status, 200);
        world.settle().await;
        let asks = (0..5).map(|number| refund(&admin, &order, None, &format!("key {number}")));
        let answers = world.at_once("request-refund", asks.collect()).await;
        let taken = answers.iter().filter(|answer| answer.status == 202).count();
        assert_eq!(taken, 1, "seed {seed}");
        for refused in answers.iter().filter(|answer| answer.status != 202) {
            let code = refused.code();
            assert!(
                ["conflict", "refund_exceeds_captured"].contains(&code),
                "seed {seed}: {code}"
            );
        }
        world.settle().await;
        assert_eq!(world.events("payment.refunded.v1").len(), 1, "seed {seed}");
        assert_eq!(balances(&world)["provider"], 0, "seed {seed}");
    }
}

/// Holds all payments that have moved against the provider's books; how many differences were ever found.
async fn reconciled(world: &mut World) -> usize {
    world
        .tick("reconcile-payments", Duration::from_mins(1))
        .await;
    world.settle().await;
    world.events("payment.discrepancy-found.v1").len()
}

/// How many payments wait to be held against the books.
fn unchecked(world: &World) -> usize {
    let payments = world.stage.cloud.items("payment-payments");
    let waits = |payment: &&Value| payment["by_unchecked_pk"] == "unchecked";
    payments.iter().filter(waits).count()
}

#[tokio::test(start_paused = true)]
async fn payments_and_the_providers_books_agree_whatever_has_become_of_them() {
    for seed in [1, 4] {
        let mut world = World::unruly(seed);
        let (seller, admin) = seller_and_admin(&mut world, "seller").await;
        let buyer = shopper(&mut world, "shopper").await;
        let goods = offer(&mut world, &seller, "Goods", 90).await;
        for method in [
            "pm_sandbox_ok",
            "pm_sandbox_declined",
            "pm_sandbox_lost_reply",
            "pm_sandbox_3ds",
            "pm_sandbox_capture_lost_reply",
            "pm_sandbox_capture_declined",
            "pm_sandbox_refund_lost_reply",
            "pm_sandbox_refund_declined",
        ] {
            for ends in ["stays", "is cancelled", "is shipped in part", "is shipped"] {
                let order = buyer.buy(&mut world, &goods, 2, method).await;
                // In the middle of anything.
                for _ in 0..seed {
                    world.step().await;
                }
                world
                    .tick("reconcile-payments", Duration::from_secs(1))
                    .await;
                world.settle().await;
                match ends {
                    "is cancelled" => drop(buyer.cancel(&mut world, &order).await),
                    "is shipped in part" => {
                        let path = format!("/v1/orders/{order}/ship");
                        let one = json!({ "lines": [{ "variant_id": goods, "quantity": 1 }] });
                        let ask = Ask::post(&path).by(&seller.token).json(&one);
                        world.send("ship-order", ask.key(&order)).await;
                    }
                    "is shipped" => drop(seller.ship(&mut world, &order).await),
                    _ => {}
                }
                world.settle().await;
                let order = json!({ "id": order });
                let ask = refund(&admin, &order, Some(100), &format!("back {order}"));
                world.send("request-refund", ask).await;
                world.settle().await;
            }
        }
        assert_eq!(reconciled(&mut world).await, 0, "seed {seed}");
        assert_eq!(unchecked(&world), 0, "seed {seed}");
        let checked = world.stage.cloud.items("payment-payments").into_iter();
        let checked = checked.filter(|item| item["kind"] == "payment").count();
        assert!(checked > 20, "seed {seed}: {checked}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_payment_that_differs_from_the_books_is_flagged_once_a_revision_and_left_as_it_is() {
    let mut world = World::new(1);
    let (admin, seller, order) = sold(&mut world).await;
    seller.ship(&mut world, order["id"].as_str().unwrap()).await;
    world.settle().await;
    assert_eq!(reconciled(&mut world).await, 0);

    // Somebody gives money back at the provider's own desk.
    let mut charge = world.stage.cloud.items("payment-provider-ledger").remove(0);
    let given = json!({
        "key": "by hand", "direction": "refund", "amount": { "amount": 50, "currency": "EUR" }, "declined": null,
    });
    charge["moves"].as_array_mut().unwrap().push(given);
    world.stage.cloud.put("payment-provider-ledger", &charge);
    assert_eq!(reconciled(&mut world).await, 0, "it has not moved since");
    let paid = |world: &World| {
        let mut items = world.stage.cloud.items("payment-payments").into_iter();
        items.find(|item| item["kind"] == "payment").unwrap()
    };
    let before = paid(&world);
    let ask = refund(&admin, &order, Some(1_000), "back");
    world.send("request-refund", ask).await;
    world.settle().await;
    assert_eq!(reconciled(&mut world).await, 1);
    assert_eq!(reconciled(&mut world).await, 1, "once");
    let found = world.events("payment.discrepancy-found.v1")[0].clone();
    assert_eq!(found["payment"]["refunded"]["amount"], 1_000, "{found}");
    assert_eq!(found["provider"]["refunded"]["amount"], 1_050, "{found}");
    assert_eq!(found["provider"]["captured"]["amount"], 3_750, "{found}");
    assert_eq!(before["captures"], paid(&world)["captures"]);
    let ask = refund(&admin, &order, Some(1), "another revision");
    world.send("request-refund", ask).await;
    world.settle().await;
    assert_eq!(reconciled(&mut world).await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_does_not_answer_is_not_asked_for_a_while_and_nothing_is_lost() {
    let mut world = World::new(1);
    let seller = seller(&mut world, "seller").await;
    let buyer = shopper(&mut world, "shopper").await;
    let goods = offer(&mut world, &seller, "Goods", 90).await;
    let consumer = "authorize-payment-on-order-stock-reserved";
    let grants = world.stage.cloud.grants();
    let books = grants
        .iter()
        .filter(|(function, grant)| function == consumer && grant.contains("ProviderLedger"));
    for (function, grant) in books {
        world.stage.cloud.revoke(function, grant);
    }
    world.log = Some(Vec::new());
    let mut orders = Vec::new();
    for _ in 0..4 {
        orders.push(buyer.buy(&mut world, &goods, 1, "pm_sandbox_ok").await);
        world.settle().await;
    }
    let asks = |world: &World| {
        let calls = world.calls.iter();
        let books = |call: &&testkit::Call| {
            call.function == consumer
                && call.table.as_deref() == Some("local-payment-provider-ledger")
        };
        calls.filter(books).count()
    };
    // Twenty deliveries, of which few have reached the provider.
    assert_eq!(world.letters.len(), 4);
    assert_eq!(asks(&world), 5, "it is asked five times and no more");
    let log = world.log.take().unwrap_or_default().join("\n");
    for metric in [
        "provider_circuit_opened",
        "provider_calls_refused",
        "provider_calls_repeated",
    ] {
        assert!(log.contains(metric), "{metric}");
    }
    // It answers again: what is open is asked for by the watch.
    world
        .tick("watch-open-payments", Duration::from_mins(3))
        .await;
    world.settle().await;
    for order in &orders {
        assert_eq!(buyer.see(&mut world, order).await["status"], "confirmed");
    }
}
