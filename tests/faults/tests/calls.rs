//! How often a request goes to a backend.

use std::collections::BTreeMap;

use faults::{Stimulus, World, journey};
use testkit::Call;

/// The most calls that a request of these takes.
const MOST: [(&str, usize); 19] = [
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
];

#[tokio::test(start_paused = true)]
async fn a_request_goes_to_its_backends_as_seldom_as_it_can_and_publishes_nothing_itself() {
    let most = BTreeMap::from(MOST);
    let functions = most.keys().copied().collect();
    let mut world = World::new(1).remembering_of(functions);
    journey(&mut world).await;
    for visit in &world.visits {
        let mut operations = visit.calls.iter().map(|call| &call.operation);
        let publishes = operations.any(|operation| operation == "PutEvents");
        assert!(!publishes, "{} publishes in the request", visit.function);
    }
    let mut met = BTreeMap::new();
    for moment in world.moments() {
        let Stimulus::Request(ask) = &moment.stimulus else {
            continue;
        };
        let mut world = moment.world(2);
        // Most requests find the list of revoked tokens fresh (docs/decisions/0020): something was refused just now.
        let nonsense = ask.clone().body("application/json", "{");
        let nonsense = Stimulus::Request(nonsense);
        world.once(moment.function, &nonsense).await.ok();
        world.calls.clear();
        let answer = world.once(moment.function, &moment.stimulus).await;
        assert!(answer.is_ok(), "{}: {answer:?}", moment.function);
        // Who sells is asked again after twenty seconds, all at once.
        let standing = |call: &&Call| call.table.as_deref() != Some("local-seller-sellers");
        let asked = world.calls.iter().filter(standing).count();
        let most = most[moment.function];
        assert!(asked <= most, "{}: {:?}", moment.function, world.calls);
        met.insert(moment.function, most);
    }
    assert_eq!(met, most);
}
