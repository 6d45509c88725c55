//! What holds the tables against each other.

use std::time::Duration;

use crate::World;

/// What looks after what waits, so that nothing is in the middle of anything.
const WATCHERS: [&str; 3] = [
    "expire-reservations",
    "watch-open-payments",
    "watch-stuck-orders",
];

/// What looks whether anything contradicts.
pub const RECONCILERS: [&str; 5] = [
    "reconcile-stock",
    "reconcile-reservations",
    "reconcile-ledger",
    "reconcile-payments",
    "find-unrelayed-commands",
];

/// Lets everything come to rest that waits for its time, and that time pass.
pub async fn rest(world: &mut World, after: Duration) {
    world.stage.clock.advance(after);
    for watcher in WATCHERS {
        world.tick(watcher, Duration::ZERO).await;
        world.settle().await;
    }
}

/// Lets these look, after this time.
pub async fn rounds(world: &mut World, reconcilers: &[&'static str], after: Duration) {
    world.stage.clock.advance(after);
    for &reconciler in reconcilers {
        world.tick(reconciler, Duration::ZERO).await;
        world.settle().await;
    }
}
