//! What identifies a person is in its item, in the mails to that person, and nowhere else.

use std::collections::BTreeSet;

use faults::{World, evening, journey};
use testkit::Cloud;

/// Whether a text has a value in it as words of its own: a digest may well have the digits of a postal code in it.
fn says(text: &str, value: &str) -> bool {
    let is_apart = |next: Option<char>| next.is_none_or(|next| !next.is_ascii_alphanumeric());
    text.match_indices(value).any(|(at, _)| {
        is_apart(text[..at].chars().next_back())
            && is_apart(text[at + value.len()..].chars().next())
    })
}

/// Whether a text says something of a person. Shorter ones are found in anything; ids, of which one stands beside each
/// personal value, are what is spoken of people with elsewhere.
fn is_telling(text: &str) -> bool {
    let is_id = |(kind, id): (&str, &str)| kind.len() == 3 && id.len() == 32;
    text.len() >= 5 && !text.split_once('_').is_some_and(is_id)
}

#[tokio::test(start_paused = true)]
async fn no_personal_value_leaves_its_item() {
    let mut world = World::new(11);
    world.log = Some(Vec::new());
    journey(&mut world).await;
    evening(&mut world).await;
    for (name, _) in fleet::FLEET {
        if name.contains("-on-") {
            world.poison(name).await;
        }
    }
    world.collect();

    let written = world.stage.cloud.personal();
    let fields: BTreeSet<_> = written
        .iter()
        .map(|(table, field, _)| (table.clone(), field.clone()))
        .collect();
    let unwritten: Vec<_> = Cloud::personal_fields()
        .difference(&fields)
        .cloned()
        .collect();
    assert!(
        unwritten.is_empty(),
        "nobody has any of these: {unwritten:?}"
    );

    let audited = world
        .stage
        .cloud
        .snapshot(|table| table.ends_with("-audit"));
    let places = [
        ("the log", world.log.take().unwrap_or_default()),
        (
            "an event",
            world
                .published
                .values()
                .map(|event| event.detail.to_string())
                .collect(),
        ),
        (
            "a dead letter",
            world
                .letters
                .iter()
                .map(|letter| format!("{letter:?}"))
                .collect(),
        ),
        (
            "an audit log",
            audited
                .values()
                .flatten()
                .map(ToString::to_string)
                .collect(),
        ),
    ];
    let mut wrong = Vec::new();
    for (place, texts) in &places {
        assert!(!texts.is_empty(), "there is not even {place}");
        for (table, field, value) in written.iter().filter(|(.., value)| is_telling(value)) {
            if let Some(text) = texts.iter().find(|text| says(text, value)) {
                wrong.push(format!(
                    "{field} of {table} ({value:?}) is in {place}: {text}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
