//! What is called by name, by an operator with the right to invoke it: `invoke::serve(Accounts::start, …)`.

use contracts::Actor;
use dynamo::{Intent, Pending};
use kernel::{EventId, Problem};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    contention,
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
                Box::pin(async move {
                    let input: T = serde_json::from_value(payload).map_err(Problem::internal)?;
                    let now = platform.clock.now();
                    let id = platform.ids.fresh::<EventId>(now).to_string();
                    let intent = Intent {
                        scope: platform.function().to_owned(),
                        key: id.clone(),
                        request_hash: None,
                        actor: Actor::system(platform.function()),
                        correlation_id: id.clone(),
                        causation_id: id.clone(),
                        traceparent: None,
                        now,
                        ids: platform.ids.clone(),
                    };
                    let call = Call {
                        platform,
                        input,
                        intent,
                    };
                    let run = || -> Pending<'static, Result<Value, Problem>> {
                        let answer = handle(state, call.clone());
                        Box::pin(async move {
                            serde_json::to_value(answer.await?).map_err(Problem::internal)
                        })
                    };
                    match contention::decide(platform, &run).await {
                        Ok(answer) => Ok(answer),
                        Err(problem) if problem.is_ours() || problem.is_contention() => {
                            Err(problem)
                        }
                        Err(problem) => Ok(json!({ "error": problem.body(&id) })),
                    }
                })
            });
            Ok(Running::Event(handle))
        })
    };
    runtime::run(Entry {
        start: Box::new(start),
        describe: || json!({ "kind": "invoke" }),
    })
}
