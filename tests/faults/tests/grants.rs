//! Each grant of each function is used by something that people do, and needed: without it that fails.
//!
//! A day goes by, and for each statement of each policy the first moment is kept that uses it. Then that moment
//! comes again, without the statement. `make test-grants` runs this and writes docs/grants.md.

use std::{collections::BTreeMap, fmt::Write as _, fs};

use faults::{Moment, Outcome, World, evening, journey};
use testkit::Ended;

/// What Lambda itself does in a function's name, behind its back: logs, traces, and laying aside what is left of a
/// stream's batch. Nothing that happens here fails without it.
fn is_behind_its_back(function: &str, grant: &str) -> bool {
    ["Log", "Trace"].contains(&grant) || grant == "SetAside" && function.starts_with("relay-")
}

/// What the sandbox, on which a day goes by, has no use for. That who asks another provider starts with it, and not
/// without, is a test of payment's (`functions/payment/tests/stripe`).
fn is_of_another_provider(grant: &str) -> bool {
    grant == "SecretPaymentProviderKey"
}

/// What someone who asks sees, or a queue, a stream and a schedule.
fn seen(outcome: &Result<Outcome, Ended>) -> String {
    match outcome {
        Ok(Outcome::Answer(answer)) => {
            // Where counting fails the request passes, and is not told how many may follow.
            let counted = !answer.header("ratelimit").is_empty();
            let uncounted = if counted { "" } else { "uncounted" };
            format!("{} {} {uncounted}", answer.status, answer.code())
        }
        Ok(Outcome::Done(true)) => "done".to_owned(),
        Ok(Outcome::Done(false)) => "comes again".to_owned(),
        Err(Ended::Failed(_)) => "fails".to_owned(),
        Err(Ended::Killed) => "killed".to_owned(),
    }
}

async fn again(moment: &Moment, without: Option<&str>) -> String {
    let mut world = moment.world(2);
    if let Some(grant) = without {
        world.stage.cloud.revoke(moment.function, grant);
    }
    // That the use of a key is kept, nobody waits for.
    let uses = world.stage.cloud.items("gateway-key-uses");
    let outcome = world.once(moment.function, &moment.stimulus).await;
    let noted = world.stage.cloud.items("gateway-key-uses") != uses;
    world.stage.cloud.forget();
    let noted = if noted { " and keeps the use" } else { "" };
    format!("{}{noted}", seen(&outcome).trim())
}

/// Messages that no function can read, one for each that may lay something aside.
async fn poisoned(world: &mut World) {
    let granted = world.stage.cloud.grants();
    for (name, _) in fleet::FLEET {
        if granted.contains(&((*name).to_owned(), "SetAside".to_owned())) {
            world.poison(name).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn everything_that_is_granted_is_used() {
    let mut world = World::new(7);
    journey(&mut world).await;
    evening(&mut world).await;
    poisoned(&mut world).await;
    let granted = world.stage.cloud.grants();
    let unused = granted.difference(world.used_grants());
    let unused: Vec<_> = unused
        .filter(|(function, grant)| {
            !is_behind_its_back(function, grant) && !is_of_another_provider(grant)
        })
        .collect();
    assert!(unused.is_empty(), "{unused:?} of {}", granted.len());
}

#[tokio::test(start_paused = true)]
#[ignore = "takes minutes: make test-grants"]
async fn nothing_is_granted_that_nobody_would_miss() {
    let mut world = World::new(7).remembering_grants();
    journey(&mut world).await;
    evening(&mut world).await;
    poisoned(&mut world).await;
    let granted = world.stage.cloud.grants();
    let (mut missed, mut wrong) = (BTreeMap::new(), Vec::new());
    for moment in world.moments() {
        let peace = again(&moment, None).await;
        for grant in &moment.grants {
            let trouble = again(&moment, Some(grant)).await;
            if trouble == peace {
                wrong.push(format!(
                    "{} does not miss {grant}: {peace}",
                    moment.function
                ));
            }
            let key = (moment.function.to_owned(), grant.clone());
            missed.insert(key, trouble);
        }
    }
    let mut by_function: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (function, grant) in &granted {
        match missed.get(&(function.clone(), grant.clone())) {
            Some(trouble) => {
                let told = format!("{grant} ({trouble})");
                by_function.entry(function).or_default().push(told);
            }
            None if is_behind_its_back(function, grant) || is_of_another_provider(grant) => {}
            None => wrong.push(format!("{function} never uses {grant}")),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        granted.len(),
        wrong.join("\n")
    );
    report(&by_function, granted.len(), missed.len());
}

fn report(by_function: &BTreeMap<&str, Vec<String>>, all: usize, missed: usize) {
    let mut page = format!(
        "# What each function would miss\n\nWritten by `make test-grants`; do not edit. Of {all} statements in the \
         policies of {} functions, {missed} were taken away one at a time, and each was missed: in brackets is what \
         whoever asked then sees, or that a message or a batch comes again. The rest, `Log`, `Trace` and \
         the `SetAside` of relays, is used by Lambda itself, not by the function; `SecretPaymentProviderKey` is used where the \
         provider is not the sandbox.\n\n| function | its grants |\n|---|---|\n",
        by_function.len(),
    );
    for (function, grants) in by_function {
        let _ = writeln!(page, "| {function} | {} |", grants.join(", "));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/grants.md");
    fs::write(path, page).expect("docs/grants.md can be written");
}
