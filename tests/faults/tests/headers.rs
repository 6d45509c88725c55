//! Headers, on every route's success and error.

use std::collections::BTreeSet;

use faults::{World, endpoints::endpoints, headers, journey};
use kernel::Role;
use testkit::Answer;

fn check(function: &str, answer: &Answer) {
    let wrong = headers::wrong(answer);
    assert!(wrong.is_empty(), "{function} {}: {wrong:?}", answer.status);
}

#[tokio::test(start_paused = true)]
async fn every_success_and_every_error_of_every_route_is_safe_to_hand_to_a_browser() {
    let mut world = World::new(1);
    journey(&mut world).await;
    let mut succeeded = BTreeSet::new();
    for visit in &world.visits {
        check(visit.function, &visit.answer);
        if visit.answer.status < 400 || visit.function == "refuse-unknown-route" {
            succeeded.insert(visit.function);
        }
    }
    let mut world = World::new(1);
    let mut failed = BTreeSet::new();
    for endpoint in endpoints() {
        let ask = endpoint.ask(&world.stage);
        let broken = ask.clone().by("a.b.c");
        let broken = world.send(endpoint.function, broken).await;
        assert_eq!(broken.status, 401, "{}", broken.text);
        check(endpoint.function, &broken);
        if endpoint.takes_a_body() {
            let token = world
                .stage
                .token(world.stage.customer(), &[Role::SuperAdmin]);
            let garbage = ask.by(&token).body("application/json", "{");
            let garbage = world.send(endpoint.function, garbage).await;
            check(endpoint.function, &garbage);
        }
        failed.insert(endpoint.function);
    }
    assert_eq!(succeeded, failed);
}
