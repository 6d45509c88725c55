//! Every function, stopped at every one of its calls, in every way.

use std::collections::{BTreeSet, HashSet};

use faults::{
    Facts, Moment, Outcome, Stimulus, World,
    branch::{self, Branch},
    journey,
};
use serde_json::Value;
use testkit::Fault;

/// What is done to an invocation.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    /// One call fails.
    Once(usize, Fault),
    /// From one call on, all do.
    From(usize),
}

/// What a moment leads to without trouble, and how many calls it takes.
struct Peace {
    facts: Facts,
    outcome: Outcome,
    calls: usize,
    /// The functions that had to do with it.
    functions: Vec<&'static str>,
    known: HashSet<String>,
    /// The tables that something was written to.
    written: BTreeSet<String>,
    /// Which calls, and what came of them: two moments of one kind tell the same.
    kind: String,
}

async fn peace(moment: &Moment) -> Peace {
    let mut world = moment.world(1_000);
    let known = Facts::ids(&world);
    world.stage.cloud.take_written();
    let outcome = world.persist(moment.function, &moment.stimulus).await;
    let calls = world.calls.len();
    let made = world
        .calls
        .iter()
        .map(|call| (&call.operation, &call.table));
    let made: Vec<_> = made.collect();
    let heard = match &moment.stimulus {
        Stimulus::Message(delivery) => serde_json::from_str(&delivery.body).unwrap_or_default(),
        _ => Value::Null,
    };
    let kind = format!(
        "{} {} {made:?} {:?}",
        moment.function,
        heard["detail-type"],
        status(&outcome)
    );
    world.settle().await;
    let peace = Peace {
        facts: Facts::of(&world, &known),
        outcome,
        calls,
        functions: world.functions(),
        known,
        written: world.stage.cloud.take_written(),
        kind,
    };
    world.stage.cloud.forget();
    peace
}

/// What it leads to with trouble, once whoever asked has asked again.
async fn war(world: &mut World, moment: &Moment, trouble: Trouble) -> Outcome {
    match trouble {
        Trouble::Once(call, fault) => world.stage.cloud.fault(call, fault),
        Trouble::From(call) => world.stage.cloud.outage(call, Fault::Unreachable),
    }
    let first = world.once(moment.function, &moment.stimulus).await;
    world.stage.cloud.heal();
    let comes_again = matches!(moment.stimulus, Stimulus::Tick);
    let outcome = match first {
        Ok(outcome) if outcome.is_final() && !comes_again => outcome,
        _ => {
            world.wait(&moment.stimulus);
            world.persist(moment.function, &moment.stimulus).await
        }
    };
    world.settle().await;
    outcome
}

/// Every call is tried, but of a function that asks every service the same: of its scores of calls, which are of a
/// few kinds, those at the beginning and at the end.
fn is_tried(call: usize, calls: usize) -> bool {
    const MANY: usize = 32;
    const SOME: usize = 6;
    calls <= MANY || call < SOME || call >= calls - SOME
}

/// From the world as it is then, with all functions waiting, each fault is played in a process of its own.
async fn survives_every_fault(moment: &Moment, peace: &Peace) {
    assert!(peace.facts.flaws.is_empty(), "{:?}", peace.facts.flaws);
    let mut world = moment.world(2_000);
    for function in &peace.functions {
        world.warm(function).await;
    }
    world.stage.cloud.take_written();
    for call in (0..peace.calls).filter(|call| is_tried(*call, peace.calls)) {
        let faults = Fault::SORTS.map(|fault| Trouble::Once(call, fault));
        for trouble in faults.into_iter().chain([Trouble::From(call)]) {
            match Branch::off().expect("another process") {
                Branch::Other(said) => {
                    let outcome = war(&mut world, moment, trouble).await;
                    let verdict = comes_to_peace(&world, moment, peace, &outcome);
                    branch::end(said, &verdict.err().unwrap_or_else(|| PEACE.to_owned()));
                }
                Branch::Trunk(words) => assert!(
                    words == PEACE,
                    "{} with {trouble:?} of {} calls:\n{words}",
                    moment.function,
                    peace.calls
                ),
            }
        }
    }
    world.stage.cloud.forget();
}

const PEACE: &str = "peace";

/// Whether trouble has led to what peace has.
fn comes_to_peace(
    world: &World,
    moment: &Moment,
    peace: &Peace,
    outcome: &Outcome,
) -> Result<(), String> {
    // What was written to neither here nor there is as it was.
    let written: BTreeSet<String> = &world.stage.cloud.take_written() | &peace.written;
    let is_written = |table: &str| written.contains(table);
    let mut facts = Facts::of_tables(world, &peace.known, is_written);
    let mut at_peace = peace.facts.clone();
    at_peace.items.retain(|table, _| is_written(table));
    if is_used_up(moment, outcome) && status(&peace.outcome) != status(outcome) {
        // The code did what it should, and that it was shown again is counted.
        for facts in [&mut facts, &mut at_peace] {
            facts.items.remove("local-customer-guesses");
        }
    } else if status(outcome) != status(&peace.outcome) {
        return Err(format!("{outcome:?}"));
    }
    if facts == at_peace {
        Ok(())
    } else {
        Err(facts.difference(&at_peace))
    }
}

/// Whether a code was shown whose first use has worked, although its answer was lost: a code is good once, and no
/// answer is kept that holds a token, a secret or a recovery code. Whoever asked asks anew with the next code.
fn is_used_up(moment: &Moment, outcome: &Outcome) -> bool {
    // Likewise a key whose secret was lost with its answer: whoever asked revokes it, or has it rotated.
    let used: &[&str] = match moment.function {
        "create-api-key" => &["api_key_name_taken"],
        _ if moment.stimulus.shows_code() => &["invalid_second_factor", "second_factor_enrolled"],
        _ => &[],
    };
    matches!(outcome, Outcome::Answer(answer) if used.contains(&answer.code()))
}

fn status(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Outcome::Answer(answer) => Some(answer.status),
        Outcome::Done(_) => None,
    }
}

/// Every function of some services, in the moments of a day.
async fn services_survive(services: &'static [&'static str]) {
    let mut world = World::new(7).playing(services, |moment, kinds| {
        Box::pin(async move {
            let peace = peace(&moment).await;
            if !kinds.contains(&peace.kind) {
                survives_every_fault(&moment, &peace).await;
            }
            peace.kind
        })
    });
    journey(&mut world).await;
}

#[tokio::test(start_paused = true)]
async fn accounts_and_the_gate_survive_every_fault() {
    services_survive(&["customer", "gateway"]).await;
}

#[tokio::test(start_paused = true)]
async fn the_audit_log_survives_every_fault() {
    services_survive(&["admin"]).await;
}

#[tokio::test(start_paused = true)]
async fn the_catalogue_survives_every_fault() {
    services_survive(&["product"]).await;
}

#[tokio::test(start_paused = true)]
async fn stock_and_carts_survive_every_fault() {
    services_survive(&["inventory", "cart"]).await;
}

#[tokio::test(start_paused = true)]
async fn sellers_and_their_staff_survive_every_fault() {
    services_survive(&["seller"]).await;
}

#[tokio::test(start_paused = true)]
async fn orders_survive_every_fault() {
    services_survive(&["order"]).await;
}

#[tokio::test(start_paused = true)]
async fn addresses_survive_every_fault() {
    services_survive(&["address"]).await;
}

#[tokio::test(start_paused = true)]
async fn roles_survive_every_fault() {
    services_survive(&["role"]).await;
}

#[tokio::test(start_paused = true)]
async fn payments_and_mails_survive_every_fault() {
    services_survive(&["payment", "notification"]).await;
}

#[tokio::test(start_paused = true)]
async fn businesses_survive_every_fault() {
    services_survive(&["business"]).await;
}
