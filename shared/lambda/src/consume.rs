//! A consumer of events: `consume::serve(Shelves::start, reserve_stock)`.
//!
//! Delivery is at least once and in no order. The handler's effect and the event's command record go into one
//! transaction (see [`Event::intent`]), so that a second delivery changes nothing. An error of ours is tried
//! again, up to five times; a refusal, or an event that cannot be read, goes to the dead letters with the
//! reason and holds up nothing.

use contracts::Metadata;
use dynamo::{Intent, Pending};
use kernel::Problem;
use serde::Deserialize;
use serde_json::json;

use crate::{
    platform::Platform,
    runtime::{self, Entry, Exit, Running},
    sqs::{self, Message, Poison, Task},
};

/// An event that was delivered.
#[derive(Debug, Clone)]
pub struct Event<T> {
    /// What the function was given at init.
    pub platform: &'static Platform,
    /// What is known of it.
    pub metadata: Metadata,
    /// What it says.
    pub data: T,
    deadline: i64,
    intent: Intent,
}

impl<T> Event<T> {
    /// What this delivery is to do once: for [`dynamo::Commands::begin`].
    pub fn intent(&self) -> &Intent {
        &self.intent
    }

    /// The intent of one step of what this event begins, named by a key that is the same in every delivery.
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

    /// The time of this delivery.
    pub fn now(&self) -> kernel::Timestamp {
        self.intent.now
    }
}

/// What a consumer takes: one type of event, or several (see [`crate::one_of`]).
pub trait Events: Sized {
    /// The types that it reads.
    const TYPES: &'static [&'static str];

    /// Reads the data of an event of one of these types.
    fn read(r#type: &str, data: Value) -> Result<Self, serde_json::Error>;
}

impl<T: contracts::Event> Events for T {
    const TYPES: &'static [&'static str] = &[T::TYPE];

    fn read(_: &str, data: Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(data)
    }
}

/// Makes an enum of event types that one consumer takes:
/// `one_of! { pub enum ProductChange { Published(ProductPublished), Updated(ProductUpdated) } }`.
#[macro_export]
macro_rules! one_of {
    ($(#[$doc:meta])* $visibility:vis enum $name:ident { $($variant:ident($event:ty)),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        $visibility enum $name { $(
            #[doc = concat!("`", stringify!($event), "`")]
            $variant($event),
        )+ }

        impl $crate::consume::Events for $name {
            const TYPES: &'static [&'static str] = &[$(<$event as ::contracts::Event>::TYPE),+];

            fn read(
                r#type: &str,
                data: $crate::consume::Value,
            ) -> Result<Self, $crate::consume::JsonError> {
                $(if r#type == <$event as ::contracts::Event>::TYPE {
                    return <$event as $crate::consume::Events>::read(r#type, data).map(Self::$variant);
                })+
                Err(<$crate::consume::JsonError as $crate::consume::CustomError>::custom("unknown type"))
            }
        }
    };
}

#[doc(hidden)]
pub use serde::de::Error as CustomError;
#[doc(hidden)]
pub use serde_json::{Error as JsonError, Value};

/// What EventBridge sends to a queue.
#[derive(Deserialize)]
struct Delivery {
    #[serde(rename = "detail-type")]
    detail_type: String,
    detail: Detail,
}

#[derive(Deserialize)]
struct Detail {
    metadata: Metadata,
    data: Value,
}

/// Serves a consumer: `start` makes the function's state once, `handle` takes each event.
pub fn serve<S, T, Starting, Handling>(
    start: fn(&'static Platform) -> Starting,
    handle: fn(&'static S, Event<T>) -> Handling,
) -> Exit
where
    S: Sync + Send + 'static,
    T: Events + Clone + Send + Sync + 'static,
    Starting: Future<Output = Result<S, Problem>> + Send + 'static,
    Handling: Future<Output = Result<(), Problem>> + Send + 'static,
{
    let start = move |platform: &'static Platform| -> Pending<'static, Result<Running, Problem>> {
        let starting = start(platform);
        Box::pin(async move {
            let state: &'static S = Box::leak(Box::new(starting.await?));
            let worker = move |message: &Message| {
                let (delivery, intent) = open(platform, message, T::TYPES)?;
                let data =
                    T::read(&delivery.detail_type, delivery.detail.data).map_err(|error| {
                        Poison(format!("malformed {}: {error}", delivery.detail_type))
                    })?;
                let (subject, metadata) = (delivery.detail_type, delivery.detail.metadata);
                let event = Event {
                    platform,
                    metadata,
                    data,
                    deadline: message.deadline,
                    intent: intent.clone(),
                };
                let run = move || -> Pending<'static, Result<(), Problem>> {
                    Box::pin(handle(state, event.clone()))
                };
                Ok(Task {
                    subject,
                    intent,
                    run: Box::new(run),
                })
            };
            Ok(sqs::start(platform, Box::new(worker)))
        })
    };
    let describe = || json!({ "kind": "event", "types": T::TYPES });
    runtime::run(Entry::new(Box::new(start), describe))
}

fn open(
    platform: &Platform,
    message: &Message,
    types: &[&str],
) -> Result<(Delivery, Intent), Poison> {
    let delivery: Delivery = serde_json::from_value(message.body.clone())
        .map_err(|error| Poison(format!("no event: {error}")))?;
    let said = &delivery.detail.metadata.r#type;
    if *said != delivery.detail_type || !types.contains(&said.as_str()) {
        return Err(Poison(format!(
            "an event of type {said} is not for this function"
        )));
    }
    let metadata = &delivery.detail.metadata;
    let (id, correlation_id) = (metadata.id.to_string(), metadata.correlation_id.clone());
    let intent = Intent {
        traceparent: metadata.traceparent.clone(),
        ..platform.intent(id.clone(), correlation_id, id)
    };
    Ok((delivery, intent))
}
