//! What every event is wrapped in: the `detail` of an EventBridge event.

use std::fmt;

use kernel::{ApiKeyId, CustomerId, EventId, SellerId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Something that happened, at one version of its wording.
///
/// Within a version only optional fields are added; consumers ignore fields that they don't know.
pub trait Event: Serialize + DeserializeOwned + JsonSchema {
    /// `order.placed.v1`: the detail-type on the bus.
    const TYPE: &'static str;
    /// What kind of thing it happened to: `order`.
    const AGGREGATE: &'static str;

    /// Which one it happened to.
    fn aggregate_id(&self) -> String;

    /// The seller that it concerns, where it is one.
    fn seller(&self) -> Option<SellerId> {
        None
    }

    /// A believable one, for the documentation and for tests.
    fn example() -> Self;
}

/// Who caused something.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// What it is.
    pub kind: ActorKind,
    /// Its id: a customer's, an API key's, a cart's, or the name of a function.
    pub id: String,
}

/// What can cause something.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A person with an account.
    Customer,
    /// A machine with a key of such a person.
    ApiKey,
    /// Someone without one.
    Guest,
    /// A function of the platform, by an event or on a schedule.
    System,
}

impl Actor {
    /// A person with an account.
    pub fn customer(id: CustomerId) -> Self {
        Self {
            kind: ActorKind::Customer,
            id: id.to_string(),
        }
    }

    /// A machine with a customer's key.
    pub fn api_key(id: ApiKeyId) -> Self {
        Self {
            kind: ActorKind::ApiKey,
            id: id.to_string(),
        }
    }

    /// Someone without an account.
    pub fn guest() -> Self {
        Self {
            kind: ActorKind::Guest,
            id: "guest".to_owned(),
        }
    }

    /// A function of the platform.
    pub fn system(function: &str) -> Self {
        Self {
            kind: ActorKind::System,
            id: function.to_owned(),
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

/// Which thing an event happened to, and at which of its revisions.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Aggregate {
    /// `order`, `payment`, …
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Counts its changes from 1: an event with a lower revision than one already seen is old news.
    pub revision: u64,
}

/// What is known of an event beside what it says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Metadata {
    /// Its own id; the same in every delivery.
    pub id: EventId,
    /// `order.placed.v1`.
    pub r#type: String,
    /// Where its schema is in the repository.
    pub schema: String,
    /// When it happened.
    pub time: Timestamp,
    /// What it happened to.
    pub aggregate: Aggregate,
    /// The same for everything that one request set off.
    pub correlation_id: String,
    /// The request or event that caused it.
    pub causation_id: String,
    /// The trace that it belongs to (W3C Trace Context).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// Who caused it.
    pub actor: Actor,
    /// The seller that it concerns, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller_id: Option<SellerId>,
}

/// An event as it travels.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Envelope<T> {
    /// What is known of it.
    pub metadata: Metadata,
    /// What it says.
    pub data: T,
}
