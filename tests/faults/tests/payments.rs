//! Money on its way, whatever comes twice, late or at once.

use std::collections::BTreeMap;

use faults::{
    Person, World,
    journey::{
        payments::{progress, refund},
        seller_and_admin,
    },
    offer, shopper,
};
use serde_json::Value;

/// A confirmed order of three pieces at 12.50, and an admin.
async fn sold(world: &mut World) -> (Person, Value) {
    let (seller, admin) = seller_and_admin(world, "seller").await;
    let shopper = shopper(world, "shopper").await;
    let goods = offer(world, &seller, "Goods", 9).await;
    let order = shopper.buy(world, &goods, 3, "pm_sandbox_ok").await;
    world.settle().await;
    (admin, shopper.see(world, &order).await)
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
        let (admin, order) = sold(&mut world).await;
        for shipped in [1, 2, 3, 2, 1] {
            progress(&mut world, &order, shipped, 0);
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
        let (admin, order) = sold(&mut world).await;
        progress(&mut world, &order, 3, 0);
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
