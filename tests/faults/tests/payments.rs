//! Money on its way, whatever comes twice, late or at once.

use std::collections::BTreeMap;

use faults::{
    Person, World,
    journey::{payments::refund, seller_and_admin},
    offer, shopper,
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

/// What the accounts stand at, debit less credit.
fn balances(world: &World) -> BTreeMap<String, i64> {
    let items = world.stage.cloud.items("payment-ledger").into_iter();
    let accounts = items.filter(|item| item["kind"] == "ledger-account");
    let stands = |account: Value| {
        let side = |name: &str| account[name].as_i64().unwrap_or(i64::MAX);
        let name = account["account"].as_str().unwrap_or_default();
        let name = name.split(':').next().unwrap_or_default().to_owned();
        (name, side("debited") - side("credited"))
    };
    accounts.map(stands).collect()
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
