//! Orders under every fault, race, duplicate and reordering.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod hot;
mod model;
mod races;
mod referee;

use std::collections::BTreeSet;

use simulation::{Part, Plan, Played, VARIANTS, plan::Name};

/// Nothing may be wrong, and what is wrong is told with the command that plays it again.
fn nothing_is_wrong(played: &Played) {
    let wrong: String = played
        .failures
        .iter()
        .map(|(name, wrong)| format!("\n{wrong}\n    make simulate CASE={name}"))
        .collect();
    assert!(wrong.is_empty(), "{wrong}");
    assert!(played.cases > 0 && played.calls > 0);
}

async fn plays(part: Part) {
    nothing_is_wrong(&Plan::new().await.play_part(&part, |_| ()).await);
}

#[tokio::test(start_paused = true)]
async fn each_way_that_an_order_can_go_ends_as_it_should() {
    let mut plan = Plan::new().await;
    for variant in VARIANTS {
        let report = plan.calm(variant).await;
        assert!(
            report.end.is_ok(),
            "{variant:?}: {:?}\n{}",
            report.end,
            report.story.text()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_is_the_same_sequence_of_calls_and_outcomes() {
    let mut digests = BTreeSet::new();
    for seed in 0..12 {
        let mut stories = Vec::new();
        for _ in 0..2 {
            // Nothing is carried over from what was played before.
            let mut plan = Plan::new().await;
            let case = plan.case(&Name::Seed(seed)).await.unwrap();
            stories.push(plan.play(&case).await);
        }
        let [one, other] = [&stories[0], &stories[1]];
        assert_eq!(one.story.text(), other.story.text(), "seed {seed}");
        assert_eq!((&one.calls, &one.end), (&other.calls, &other.end));
        digests.insert(one.story.digest());
    }
    assert_eq!(digests.len(), 12, "each seed is a story of its own");
}

/// Two thousand seeds, in processes that run side by side.
macro_rules! seeds {
    ($($name:ident: $range:expr;)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            plays(Part::Seeds($range)).await;
        }
    )*};
}

seeds! {
    seeds_from_0: 0..250;
    seeds_from_250: 250..500;
    seeds_from_500: 500..750;
    seeds_from_750: 750..1_000;
    seeds_from_1000: 1_000..1_250;
    seeds_from_1250: 1_250..1_500;
    seeds_from_1500: 1_500..1_750;
    seeds_from_1750: 1_750..2_000;
}

/// Every fault at every call of an order of three lines of two sellers that is paid, shipped and delivered.
macro_rules! faults {
    ($($name:ident: $range:expr;)*) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $name() {
                plays(Part::Faults("happy".to_owned(), $range)).await;
            }
        )*

        #[tokio::test(start_paused = true)]
        async fn the_faults_above_are_all_there_are() {
            let calls = Plan::new().await.calls(&VARIANTS[0]).await;
            let tried = [$($range),*].into_iter().flatten().collect::<BTreeSet<usize>>();
            assert!((0..calls).all(|call| tried.contains(&call)), "there are {calls} calls");
        }
    };
}

faults! {
    faults_at_the_first_calls: 0..30;
    faults_at_calls_from_30: 30..60;
    faults_at_calls_from_60: 60..90;
    faults_at_calls_from_90: 90..120;
    faults_at_calls_from_120: 120..160;
    faults_at_the_last_calls: 160..280;
}
