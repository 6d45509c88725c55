//! What runs by the clock: `schedule::serve(Shelves::start, expire_reservations)`.
//!
//! A tick may come late, twice, or beside another that still runs; each thing that it does has an intent of its
//! own, named by what it does (see [`Tick::step`]).

use dynamo::{Inspection, Intent, Pending, Stored};
use kernel::{EventId, Problem, Timestamp};
use serde_json::{Value, json};

use crate::{
    contention, log,
    platform::Platform,
    runtime::{self, Entry, EventHandler, Exit, Running},
    sqs,
};

/// One tick of the clock.
#[derive(Debug, Clone)]
pub struct Tick {
    /// What the function was given at init.
    pub platform: &'static Platform,
    /// When it came.
    pub now: Timestamp,
    id: String,
    deadline: i64,
}

impl Tick {
    /// The intent of one step, named by a key that is the same whichever tick does it.
    pub fn step(&self, key: impl Into<String>) -> Intent {
        Intent {
            now: self.now,
            ..self
                .platform
                .intent(key.into(), self.id.clone(), self.id.clone())
        }
    }

    /// Takes the inspections that are due; `look` says whether one finds anything wrong, and each that does counts under
    /// the name of `metric`.
    pub async fn inspect<Looking>(
        &self,
        metric: &'static str,
        due: Vec<Stored<Inspection>>,
        look: impl Fn(Stored<Inspection>, Intent) -> Looking,
    ) -> Result<(), Problem>
    where
        Looking: Future<Output = Result<bool, Problem>>,
    {
        let inspected = each(due, |inspection| {
            let step = self.step(inspection.name());
            let looking = look(inspection, step);
            async {
                if looking.await? {
                    self.platform.count(metric, 1);
                }
                Ok(())
            }
        });
        inspected.await
    }

    /// How long until Lambda ends the invocation.
    pub fn remaining(&self) -> std::time::Duration {
        sqs::remaining(self.platform, self.deadline)
    }
}

/// Does something with each of what a tick has found. One that fails keeps no other waiting; the last failure is what
/// the tick comes to.
pub async fn each<T, Doing>(
    found: impl IntoIterator<Item = T>,
    mut act: impl FnMut(T) -> Doing,
) -> Result<(), Problem>
where
    Doing: Future<Output = Result<(), Problem>>,
{
    let mut outcome = Ok(());
    for thing in found {
        outcome = act(thing).await.and(outcome);
    }
    outcome
}

/// Serves a schedule: `start` makes the function's state once, `handle` takes each tick.
pub fn serve<S, Starting, Handling>(
    start: fn(&'static Platform) -> Starting,
    handle: fn(&'static S, Tick) -> Handling,
) -> Exit
where
    S: Sync + Send + 'static,
    Starting: Future<Output = Result<S, Problem>> + Send + 'static,
    Handling: Future<Output = Result<(), Problem>> + Send + 'static,
{
    let start = move |platform: &'static Platform| -> Pending<'static, Result<Running, Problem>> {
        let starting = start(platform);
        Box::pin(async move {
            let state: &'static S = Box::leak(Box::new(starting.await?));
            let handle: EventHandler = Box::new(move |_, deadline| {
                let now = platform.clock.now();
                let id = platform.ids.fresh::<EventId>(now).to_string();
                let tick = Tick {
                    platform,
                    now,
                    id: id.clone(),
                    deadline,
                };
                let run = move || -> Pending<'static, Result<(), Problem>> {
                    Box::pin(handle(state, tick.clone()))
                };
                Box::pin(answer(platform, id, now, Box::new(run)))
            });
            Ok(Running::Event(handle))
        })
    };
    runtime::run(Entry::new(
        Box::new(start),
        || json!({ "kind": "schedule" }),
    ))
}

type Run = Box<dyn Fn() -> Pending<'static, Result<(), Problem>> + Send + Sync>;

async fn answer(
    platform: &'static Platform,
    id: String,
    started: Timestamp,
    run: Run,
) -> Result<Value, Problem> {
    let outcome = contention::decide(platform, &*run).await;
    log::unasked(platform, &id, "schedule", started, outcome.as_ref().err());
    outcome.map(|()| Value::Null)
}
