//! An endpoint: `http::serve(Orders::start, place_order)`.
//!
//! The handler gets a [`Request`] whose caller is known and allowed, whose body fits and parses; it returns an
//! [`Outcome`]. It may be run more than once for one request (after contention), so it decides anew each time
//! from what it reads.

mod answer;
mod edge;
mod headers;
mod incoming;
mod input;
mod limit;

use std::sync::Arc;

use dynamo::Pending;
use kernel::{Problem, Reply};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

pub(crate) use self::answer::Answer;
pub use self::{
    incoming::{Incoming, Request},
    input::{Body, Input, Json, MergePatch, Query},
};
use crate::{
    describe::schema_of,
    platform::Platform,
    runtime::{self, Entry, Exit, Running},
};

/// How a request ends: with a reply that shows a `T`, or with a problem.
pub type Outcome<T> = Result<Reply<T>, Problem>;

/// 200 with what is shown.
pub fn ok<T: Serialize>(shown: &T) -> Outcome<T> {
    Reply::json(200, shown).map_err(Problem::internal)
}

/// 201 with what was made, and its place.
pub fn created<T: Serialize>(location: impl Into<String>, shown: &T) -> Outcome<T> {
    Ok(Reply::json(201, shown)
        .map_err(Problem::internal)?
        .at(location))
}

/// 202 with what will be done, and where to follow it.
pub fn accepted<T: Serialize>(location: impl Into<String>, shown: &T) -> Outcome<T> {
    Ok(Reply::json(202, shown)
        .map_err(Problem::internal)?
        .at(location))
}

/// 202: it is taken on, and the answer tells no more.
pub fn taken_on() -> Outcome<()> {
    Ok(Reply::from_parts(202, None, Vec::new()))
}

/// 204: done, nothing to show.
pub fn no_content() -> Outcome<()> {
    Ok(Reply::from_parts(204, None, Vec::new()))
}

/// 200 with a body that is no JSON of ours: a page, a document.
pub fn document(content_type: &str, body: impl Into<Vec<u8>>) -> Outcome<Document> {
    Ok(Reply::from_parts(200, Some(content_type), body.into()))
}

/// A body that is no JSON of ours.
#[derive(Debug)]
pub enum Document {}

impl JsonSchema for Document {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Document".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({})
    }
}

pub(crate) type Handler = Box<dyn Fn(Arc<Incoming>) -> Pending<'static, Outcome<()>> + Send + Sync>;

/// Serves an endpoint: `start` makes the function's state once, `handle` answers each request.
pub fn serve<S, I, T, Starting, Answering>(
    start: fn(&'static Platform) -> Starting,
    handle: fn(&'static S, Request<I>) -> Answering,
) -> Exit
where
    S: Sync + Send + 'static,
    I: Input + 'static,
    T: JsonSchema + 'static,
    Starting: Future<Output = Result<S, Problem>> + Send + 'static,
    Answering: Future<Output = Outcome<T>> + Send + 'static,
{
    let start = move |platform: &'static Platform| -> Pending<'static, Result<Running, Problem>> {
        let starting = start(platform);
        Box::pin(async move {
            let state: &'static S = Box::leak(Box::new(starting.await?));
            let handler: Handler = Box::new(move |incoming| {
                let answering = Request::read(incoming).map(|request| handle(state, request));
                Box::pin(async move { Ok(answering?.await?.cast()) })
            });
            edge::start(platform, handler).await
        })
    };
    let describe = || {
        json!({
            "kind": "http",
            "input": I::describe(),
            "reply": schema_of::<T>(),
        })
    };
    runtime::run(Entry::new(Box::new(start), describe))
}
