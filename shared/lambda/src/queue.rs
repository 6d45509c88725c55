//! A worker on a queue of its own service: `queue::serve(Imports::start, run_product_import)`.

use dynamo::{Intent, Pending};
use kernel::Problem;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::{
    platform::Platform,
    runtime::{self, Entry, Exit, Running},
    sqs::{self, Message, Poison, Task},
};

/// A piece of work.
#[derive(Debug, Clone)]
pub struct Work<T> {
    /// What the function was given at init.
    pub platform: &'static Platform,
    /// What is to be done.
    pub body: T,
    deadline: i64,
    intent: Intent,
}

impl<T> Work<T> {
    /// What this message is to do once. Work of several steps makes an intent of each (see
    /// [`Work::step`]).
    pub fn intent(&self) -> &Intent {
        &self.intent
    }

    /// The intent of one step of this work, named by a key that is the same in every delivery and in every
    /// continuation.
    pub fn step(&self, key: impl Into<String>) -> Intent {
        Intent {
            key: key.into(),
            now: self.platform.clock.now(),
            ..self.intent.clone()
        }
    }

    /// How long until Lambda ends the invocation.
    pub fn remaining(&self) -> std::time::Duration {
        sqs::remaining(self.platform, self.deadline)
    }
}

/// Serves a worker: `start` makes the function's state once, `handle` takes each message, whose body is JSON.
pub fn serve<S, T, Starting, Handling>(
    start: fn(&'static Platform) -> Starting,
    handle: fn(&'static S, Work<T>) -> Handling,
) -> Exit
where
    S: Sync + Send + 'static,
    T: DeserializeOwned + Clone + Send + Sync + 'static,
    Starting: Future<Output = Result<S, Problem>> + Send + 'static,
    Handling: Future<Output = Result<(), Problem>> + Send + 'static,
{
    let start = move |platform: &'static Platform| -> Pending<'static, Result<Running, Problem>> {
        let starting = start(platform);
        Box::pin(async move {
            let state: &'static S = Box::leak(Box::new(starting.await?));
            let worker = move |message: &Message| {
                let body: T = serde_json::from_value(message.body.clone())
                    .map_err(|error| Poison(format!("malformed work: {error}")))?;
                let id = || message.id.clone();
                let intent = platform.intent(id(), id(), id());
                let work = Work {
                    platform,
                    body,
                    deadline: message.deadline,
                    intent: intent.clone(),
                };
                let run = move || -> Pending<'static, Result<(), Problem>> {
                    Box::pin(handle(state, work.clone()))
                };
                let subject = platform.function().to_owned();
                Ok(Task {
                    subject,
                    intent,
                    run: Box::new(run),
                })
            };
            Ok(sqs::start(platform, Box::new(worker)))
        })
    };
    runtime::run(Entry::new(Box::new(start), || json!({ "kind": "queue" })))
}
