//! How often a request goes to a backend.

use std::collections::BTreeMap;

use faults::{Stimulus, World, journey};

#[tokio::test(start_paused = true)]
async fn a_request_goes_to_its_backends_as_seldom_as_it_can_and_publishes_nothing_itself() {
    let most = BTreeMap::from([
        ("get-product", 1),
        ("list-products", 1),
        ("get-cart", 2),
        ("add-cart-item", 2),
        ("place-order", 2),
        // And the rate.
        ("place-guest-order", 3),
        ("get-guest-order", 1),
        ("get-payment", 1),
        ("request-payment-attempt", 2),
        ("request-refund", 2),
        ("get-ledger-account", 2),
        ("give-store-credit", 4),
        ("get-store-credit", 2),
        ("get-customer-store-credit", 3),
        ("list-disputes", 1),
        ("submit-dispute-evidence", 2),
        ("list-payouts", 1),
        ("get-payout", 1),
        ("get-payout-statement", 2),
    ]);
    let mut met = BTreeMap::new();
    let mut world = World::new(1).remembering();
    journey(&mut world).await;
    for moment in world.moments() {
        if !matches!(moment.stimulus, Stimulus::Request(_)) {
            continue;
        }
        let mut world = moment.world(2);
        // Most requests find the list of revoked tokens fresh (docs/decisions/0020): something was refused just now.
        if let Stimulus::Request(ask) = &moment.stimulus {
            let nonsense = ask.clone().body("application/json", "{");
            world
                .once(moment.function, &Stimulus::Request(nonsense))
                .await
                .ok();
            world.calls.clear();
        }
        let answer = world.once(moment.function, &moment.stimulus).await;
        assert!(answer.is_ok(), "{}: {answer:?}", moment.function);
        let calls = &world.calls;
        let published = calls.iter().any(|call| call.operation == "PutEvents");
        assert!(!published, "{} publishes in the request", moment.function);
        if let Some(&most) = most.get(moment.function) {
            // Who sells is asked again after twenty seconds, all at once.
            let standing =
                |call: &&testkit::Call| call.table.as_deref() != Some("local-seller-sellers");
            let asked = calls.iter().filter(standing).count();
            assert!(asked <= most, "{}: {calls:?}", moment.function);
            met.insert(moment.function, most);
        }
    }
    assert_eq!(met, most);
}
