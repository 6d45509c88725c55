//! The raw invocations of `events/invocations`, as `cargo lambda invoke` sends them.

use std::{fs, path::Path};

use faults::{Stimulus, World};

#[tokio::test(start_paused = true)]
async fn every_example_invocation_is_understood_by_its_function() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/invocations");
    let mut understood = 0;
    for file in fs::read_dir(folder).expect("events/invocations").flatten() {
        let path = file.path();
        let name = path.file_stem().and_then(|name| name.to_str());
        let name = name.expect("a file is named after its function").to_owned();
        let text = fs::read_to_string(&path).expect("an invocation");
        let payload = serde_json::from_str(&text).expect("an invocation is JSON");

        let mut world = World::new(1);
        let outcome = world.once(&name, &Stimulus::Call(payload)).await;
        world.collect();
        assert!(outcome.is_ok(), "{name}: {outcome:?}");
        // What it is about is not there; that it cannot be read would be another reason.
        for letter in &world.letters {
            let reason = &letter.attributes["reason"];
            let unread = ["malformed", "no event", "not JSON", "not for this function"];
            assert!(
                !unread.iter().any(|word| reason.contains(word)),
                "{name}: {reason}"
            );
        }
        understood += 1;
    }
    assert_eq!(understood, fleet::FLEET.len());
}
