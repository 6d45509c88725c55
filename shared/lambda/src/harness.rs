//! The same functions in process: a test loads a function's own `main` and gets it back started, over a
//! platform of the test's making, instead of it serving Lambda.

use std::cell::RefCell;

use kernel::Problem;
use serde_json::Value;

use crate::{
    platform::Platform,
    runtime::{self, Entry, Exit, Running},
};

thread_local! {
    static LOADING: RefCell<Loading> = const { RefCell::new(Loading::No) };
    /// What the functions of this thread log, once one was loaded here.
    static LOG: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Keeps a line of the log for the test that loaded a function on this thread; no line is kept elsewhere.
pub(crate) fn keep(line: &[u8]) -> bool {
    if cfg!(not(debug_assertions)) {
        return false;
    }
    LOG.with_borrow_mut(|log| {
        let text = String::from_utf8_lossy(line);
        log.as_mut()
            .map(|log| log.push(text.into_owned()))
            .is_some()
    })
}

/// What the functions of this thread have logged since this was last asked.
pub fn take_log() -> Vec<String> {
    LOG.with_borrow_mut(|log| log.as_mut().map(std::mem::take).unwrap_or_default())
}

/// Whether this thread is loading a function.
#[derive(Default)]
enum Loading {
    #[default]
    No,
    /// A test has called a `main` and waits for what it serves.
    Waiting,
    /// What it serves.
    Served(Entry),
}

/// Hands the entry to the test that is loading it, or back. A released binary has no such seam, nor what only
/// describes a function: the linker drops both.
pub(crate) fn take(entry: Entry) -> Result<(), Entry> {
    if cfg!(not(debug_assertions)) {
        return Err(entry);
    }
    LOADING.with_borrow_mut(|loading| match loading {
        Loading::No => Err(entry),
        Loading::Waiting | Loading::Served(_) => {
            *loading = Loading::Served(entry);
            Ok(())
        }
    })
}

/// A function in process.
pub struct Function {
    running: Running,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Function")
    }
}

/// What a `main` would serve.
fn entry(main: fn() -> Exit) -> Result<Entry, Problem> {
    LOADING.set(Loading::Waiting);
    main();
    match LOADING.take() {
        Loading::Served(entry) => Ok(entry),
        Loading::No | Loading::Waiting => Err(Problem::internal("this main serves nothing")),
    }
}

/// What the function with this `main` says of itself: its kind, and the types that its handler parses and replies.
///
/// # Errors
/// When it serves nothing.
#[cfg(debug_assertions)]
pub fn describe(main: fn() -> Exit) -> Result<Value, Problem> {
    Ok((entry(main)?.describe)())
}

impl Function {
    /// Starts the function with this `main` over a platform.
    ///
    /// # Errors
    /// When the function would not start in Lambda either.
    pub async fn load(platform: &'static Platform, main: fn() -> Exit) -> Result<Self, Problem> {
        LOG.with_borrow_mut(|log| {
            log.get_or_insert_default();
        });
        Ok(Self {
            running: (entry(main)?.start)(platform).await?,
        })
    }

    /// Invokes it with a raw payload, as Lambda would, and a deadline in milliseconds since 1970.
    ///
    /// # Errors
    /// What Lambda would count as a failed invocation.
    pub async fn invoke(&self, payload: Value, deadline: i64) -> Result<Value, Problem> {
        match &self.running {
            Running::Event(handle) => handle(payload, deadline).await,
            Running::Http(handle) => {
                let event = payload.to_string();
                let event = serde_json::from_str(&event).map_err(Problem::internal)?;
                let answer = handle(runtime::http_request(event, None)?).await;
                serde_json::to_value(answer).map_err(Problem::internal)
            }
        }
    }
}
