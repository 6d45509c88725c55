//! A day without trouble.

use std::collections::BTreeSet;

use faults::{World, journey};

#[tokio::test(start_paused = true)]
async fn a_day_goes_through_every_function() {
    let mut world = World::new(1);
    journey(&mut world).await;
    assert!(world.letters.is_empty(), "{:?}", world.letters);

    let met: BTreeSet<&str> = world.functions().into_iter().collect();
    let all: BTreeSet<&str> = fleet::FLEET.iter().map(|(name, _)| *name).collect();
    let never: Vec<_> = all.difference(&met).collect();
    assert!(never.is_empty(), "never met: {never:?}");
}
