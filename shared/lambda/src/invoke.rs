//! What is called by name, by an operator with the right to invoke it: `invoke::serve(Accounts::start, …)`.

use dynamo::{Intent, Pending};
use kernel::{EventId, Problem};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    contention, log,
    platform::Platform,
    runtime::{self, Entry, EventHandler, Exit, Running},
};

/// A call by name.
#[derive(Debug, Clone)]
pub struct Call<T> {
    /// What the function was given at init.
    pub platform: &'static Platform,
    /// What is asked.
    pub input: T,
    intent: Intent,
}

impl<T> Call<T> {
    /// What this call is to do. It has no key of its own: what must not happen twice is guarded by conditions.
    pub fn intent(&self) -> &Intent {
        &self.intent
    }
}

/// Serves a function that is called by name. Its answer is the value, or `{"error": <problem>}`.
pub fn serve<S, T, R, Starting, Handling>(
    start: fn(&'static Platform) -> Starting,
    handle: fn(&'static S, Call<T>) -> Handling,
) -> Exit
where
    S: Sync + Send + 'static,
    T: DeserializeOwned + Clone + Send + Sync + 'static,
    R: Serialize + 'static,
    Starting: Future<Output = Result<S, Problem>> + Send + 'static,
    Handling: Future<Output = Result<R, Problem>> + Send + 'static,
{
    let start = move |platform: &'static Platform| -> Pending<'static, Result<Running, Problem>> {
        let starting = start(platform);
        Box::pin(async move {
            let state: &'static S = Box::leak(Box::new(starting.await?));
            let handle: EventHandler = Box::new(move |payload, _| {
                let now = platform.clock.now();
                let id = platform.ids.fresh::<EventId>(now).to_string();
                let intent = Intent {
                    now,
                    ..platform.intent(id.clone(), id.clone(), id)
                };
                let input = serde_json::from_value::<T>(payload);
                let call = input.map(|input| Call {
                    platform,
                    input,
                    intent: intent.clone(),
                });
                let run = call.map(|call| -> Run {
                    Box::new(move || {
                        let answer = handle(state, call.clone());
                        Box::pin(async move {
                            serde_json::to_value(answer.await?).map_err(Problem::internal)
                        })
                    })
                });
                // Who calls by name is told what is wrong with the call.
                let run = run.map_err(|error| Problem::invalid("", error));
                Box::pin(answer(platform, intent, run))
            });
            Ok(Running::Event(handle))
        })
    };
    runtime::run(Entry::new(Box::new(start), || json!({ "kind": "invoke" })))
}

type Run = Box<dyn Fn() -> Pending<'static, Result<Value, Problem>> + Send + Sync>;

async fn answer(
    platform: &'static Platform,
    intent: Intent,
    run: Result<Run, Problem>,
) -> Result<Value, Problem> {
    let outcome = match run {
        Ok(run) => contention::decide(platform, &*run).await,
        Err(problem) => Err(problem),
    };
    let id = intent.correlation_id;
    log::unasked(platform, &id, "invoke", intent.now, outcome.as_ref().err());
    match outcome {
        Err(problem) if !problem.is_ours() && !problem.is_contention() => {
            Ok(json!({ "error": problem.body(&id) }))
        }
        outcome => outcome,
    }
}
